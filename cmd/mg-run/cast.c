/* cast.c - who is on the bus.
 * SPDX-License-Identifier: MIT */
#include "cast.h"

#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "config/config.h"
#include "model/backend.h"
#include "options.h"
#include "rt/mem.h"
#include "rt/proc.h"

/* The command of --peer ID=COMMAND for this id, or NULL. */
static const char *
command_of(const struct options *o, const char *id)
{
	size_t i, n = strlen(id);

	for (i = 0; i < o->peers.n; i++)
		if (strncmp(o->peers.w[i], id, n) == 0 && o->peers.w[i][n] == '=')
			return o->peers.w[i] + n + 1;
	return NULL;
}

static int
is_secret(const struct mg_config *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->nsecret; i++)
		if (strcmp(c->secret[i].agent, id) == 0)
			return 1;
	return 0;
}

/* Its launcher's words, or invalid where it has none. */
static jv
launcher_of(const struct mg_agent *a)
{
	jv l = mg_jv_get(a->chunk, "launcher");

	if (jv_get_kind(l) == JV_KIND_ARRAY && jv_array_length(jv_copy(l)) > 0)
		return l;
	jv_free(l);
	return jv_invalid();
}

/* One agent's variables into keys; what is missing is told.  0, or -1. */
static int
agent_keys(const struct mg_agent *a, const struct mg_config *c, jv *keys)
{
	struct mg_err e = { 0 };
	jv backend = mg_jv_get(a->chunk, "backend"), names, launcher;
	int launched;
	char *key;

	if (strcmp(mg_jv_str(backend, "type", ""), "command") == 0) {
		jv_free(backend);
		return 0;
	}
	backend = mg_backend_resolve(backend, &e);
	if (!jv_is_valid(backend)) {
		jv_free(backend);
		mg_warn("agent %s: %s", a->id, e.msg);
		return -1;
	}
	names = mg_jv_get(backend, "key_env");
	if (jv_is_valid(names))
		*keys = jv_object_set(*keys, jv_string(a->id), names);
	else
		jv_free(names);
	launcher = launcher_of(a);
	launched = jv_is_valid(launcher);
	jv_free(launcher);
	/* behind a launcher the key is that machine's affair */
	if (!is_secret(c, a->id) && !launched) {
		e.code = MG_OK;
		if ((key = mg_backend_key(backend, &e)) != NULL) {
			explicit_bzero(key, strlen(key));
			free(key);
		}
	}
	jv_free(backend);
	if (e.code == MG_OK)
		return 0;
	mg_warn("agent %s: %s", a->id, e.msg);
	return -1;
}

int
cast_keys(const struct mg_state *s, const struct options *o, const struct mg_config *c, jv *keys,
    struct mg_err *e)
{
	size_t i, missing = 0;

	*keys = jv_object();
	for (i = 0; i < s->nagent; i++)
		if (s->agent[i].registered && command_of(o, s->agent[i].id) == NULL &&
		    agent_keys(&s->agent[i], c, keys) == -1)
			missing++;
	if (missing > 0)
		return mg_fail(e, MG_USAGE, "nothing was started: %zu of the agents cannot work", missing);
	return 0;
}

struct argv {
	char	**v;
	size_t	  n, cap;
};

static void
put(struct argv *a, char *word)
{
	a->v = mg_grow(a->v, a->n + 1, &a->cap, sizeof *a->v);
	a->v[a->n++] = word;
	a->v[a->n] = NULL;
}

static void
put_flags(struct argv *a, const struct words *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		put(a, mg_strdup(w->w[i]));
}

/* launcher..., mg-agent --follow --id ID: beside us, or by name where a launcher
 * takes it to another machine. */
static char **
agent_argv(const struct mg_agent *a, const struct options *o)
{
	struct argv v = { NULL, 0, 0 };
	jv launcher = launcher_of(a);

	if (jv_is_valid(launcher)) {
		jv_array_foreach(launcher, i, word) {
			put(&v, mg_strdup(jv_get_kind(word) == JV_KIND_STRING ? jv_string_value(word) : ""));
			jv_free(word);
		}
		put(&v, mg_strdup("mg-agent"));
	} else {
		put(&v, mg_proc_sibling("mg-agent"));
	}
	jv_free(launcher);
	put(&v, mg_strdup("--follow"));
	put(&v, mg_strdup("--id"));
	put(&v, mg_strdup(a->id));
	put_flags(&v, &o->agent_flags);
	return v.v;
}

static int
add_command(struct bus *b, enum role role, const char *id, const char *command, struct mg_err *e)
{
	char **argv = mg_argv_split(command, e);

	if (argv == NULL)
		return -1;
	bus_add(b, id, role, argv, environment_of_command(b->run->state, b->run->id));
	return 0;
}

/* mg-vote or mg-final, or the command that takes its place. */
static int
add_office(struct bus *b, enum role role, const char *name, const char *command, const struct words *flags,
    struct mg_err *e)
{
	struct argv v = { NULL, 0, 0 };

	if (command != NULL)
		return add_command(b, role, name, command, e);
	put(&v, mg_proc_sibling(name));
	put(&v, mg_strdup("--follow"));
	if (flags != NULL)
		put_flags(&v, flags);
	bus_add(b, name, role, v.v, environment_plain(b->run->state, b->run->id));
	return 0;
}

/* One --peer ID=COMMAND, the i-th. */
static int
check_peer(const struct options *o, size_t i, struct mg_err *e)
{
	const char *text = o->peers.w[i], *eq = strchr(text, '=');
	struct mg_span id = { text, eq != NULL ? (size_t)(eq - text) : 0 };
	size_t k;
	int taken;

	if (eq == NULL || !mg_id_ok(id.p, id.n))
		return mg_fail(e, MG_USAGE, "--peer: '%s' is not ID=COMMAND", text);
	taken = mg_span_is(id, RUN_SOURCE) || mg_span_is(id, VOTE_SOURCE) || mg_span_is(id, FINAL_SOURCE);
	for (k = 0; k < i; k++)
		taken |= strncmp(o->peers.w[k], text, id.n + 1) == 0;
	if (taken)
		return mg_fail(e, MG_USAGE, "--peer: the id '%.*s' is taken", (int)id.n, id.p);
	return 0;
}

static int
check_command(const char *command, struct mg_err *e)
{
	char **argv;

	if (command == NULL)
		return 0;
	if ((argv = mg_argv_split(command, e)) == NULL)
		return -1;
	mg_argv_free(argv);
	return 0;
}

int
cast_check(const struct options *o, struct mg_err *e)
{
	size_t i;

	if (check_command(o->vote, e) == -1 || check_command(o->final, e) == -1)
		return -1;
	for (i = 0; i < o->peers.n; i++)
		if (check_peer(o, i, e) == -1 || check_command(strchr(o->peers.w[i], '=') + 1, e) == -1)
			return -1;
	return 0;
}

static void
add_agent(struct bus *b, const struct mg_agent *a, const struct options *o, const struct mg_config *c,
    jv keys)
{
	jv names = mg_jv_get(keys, a->id);

	bus_add(b, a->id, ROLE_AGENT, agent_argv(a, o),
	    environment_of_agent(a->id, a->chunk, names, c, b->run->state, b->run->id));
	jv_free(names);
}

int
cast_peers(struct bus *b, const struct options *o, const struct mg_config *c, jv keys, struct mg_err *e)
{
	const struct mg_state *s = b->state;
	const char *eq;
	char *id;
	size_t i;
	int r;

	for (i = 0; i < s->nagent; i++)
		if (s->agent[i].registered && command_of(o, s->agent[i].id) == NULL)
			add_agent(b, &s->agent[i], o, c, keys);
	if (add_office(b, ROLE_VOTE, VOTE_SOURCE, o->vote, NULL, e) == -1 ||
	    add_office(b, ROLE_FINAL, FINAL_SOURCE, o->final, &o->final_flags, e) == -1)
		return -1;
	for (i = 0; i < o->peers.n; i++) {
		eq = strchr(o->peers.w[i], '=');
		id = mg_memdup(o->peers.w[i], (size_t)(eq - o->peers.w[i]));
		r = add_command(b, ROLE_PEER, id, eq + 1, e);
		free(id);
		if (r == -1)
			return -1;
	}
	return 0;
}
