/* agents.c - agent, agents: the entries of a configuration as agent chunks.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "chunk/chunk.h"
#include "chunk/json.h"
#include "config/load.h"
#include "model/backend.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/mem.h"

/* A chunk is one line of MG_LINE_MAX: its head, id and time need little beside this. */
#define AGENT_MAX (MG_LINE_MAX - 65536)

static const char *const reserved[] = { "mg-run", "mg-vote", "mg-final", "user", NULL };

/* The id as text, however it was written; NULL: see *e.  The caller frees it. */
static char *
id_text(struct mg_load *l, const struct mg_node *id)
{
	const char *const *r;

	if (id == NULL)
		return mg_printf("agent%zu", l->nagent + 1);
	if (id->text == NULL) {
		mg_load_fail(l, id, "id: text was expected, this is %s", mg_kind_name(id->kind));
		return NULL;
	}
	if (!mg_id_ok(id->text, id->len)) {
		mg_load_fail(l, id,
		    "id: 1 to %d bytes without control characters were expected", MG_ID_MAX);
		return NULL;
	}
	for (r = reserved; *r != NULL; r++)
		if (strcmp(*r, id->text) == 0) {
			mg_load_fail(l, id,
			    "id '%s': the run itself has that name: choose another", id->text);
			return NULL;
		}
	return mg_memdup(id->text, id->len);
}

static int
id_taken(struct mg_load *l, const struct mg_node *at, const char *id)
{
	jv other;
	size_t i;
	int same;

	for (i = 0; i < l->nagent; i++) {
		other = jv_array_get(jv_copy(l->config->agents), (int)i);
		same = strcmp(mg_jv_str(other, "id", ""), id) == 0;
		jv_free(other);
		if (same)
			return mg_load_fail(l, at,
			    "agent '%.100s' stands already in line %zu: ids must differ", id,
			    l->id_line[i]);
	}
	return 0;
}

static size_t
size_of(jv agent)
{
	jv text = jv_dump_string(jv_copy(agent), 0);
	size_t n = (size_t)jv_string_length_bytes(jv_copy(text));

	jv_free(text);
	return n;
}

int
mg_load_agent_done(struct mg_load *l, const struct mg_node *entry, const struct mg_node *id, jv agent)
{
	const struct mg_node *at = id != NULL ? id : entry, *where;
	char *name = id_text(l, id);
	struct mg_config *c = l->config;
	jv backend = mg_jv_get(agent, "backend");
	struct mg_err why;
	int r = -1;
	size_t i;

	for (i = 0; name != NULL && i < c->nsecret; i++)
		if (c->secret[i].agent == NULL)
			c->secret[i].agent = mg_strdup(name);
	if (name == NULL || id_taken(l, at, name) == -1) {
		;
	} else if (mg_backend_check(backend, &why) == -1) {
		where = mg_node_get(entry, "backend");
		mg_load_fail(l, where != NULL ? where : entry, "agent '%.100s': %s", name, why.msg);
	} else if (size_of(agent) > AGENT_MAX) {
		mg_load_fail(l, entry, "agent '%.100s': longer than a chunk may be (%zu bytes)", name,
		    AGENT_MAX);
	} else {
		l->id_line = mg_grow(l->id_line, l->nagent, &l->cap, sizeof *l->id_line);
		l->id_line[l->nagent++] = at->line;
		agent = jv_object_set(agent, jv_string("id"), jv_string(name));
		c->agents = jv_array_append(c->agents, jv_copy(agent));
		r = 0;
	}
	jv_free(backend);
	jv_free(agent);
	free(name);
	return r;
}

/* system_message, tools, launcher, order.  Consumes agent; invalid: see *e. */
static jv
members(struct mg_load *l, const struct mg_node *entry, jv agent)
{
	static const char *const words[] = { "tools", "launcher", NULL };
	const struct mg_node *o;
	int i, ok = 1;
	jv v;

	if ((o = mg_node_get(entry, "system_message")) != NULL) {
		if ((ok = mg_load_kind(l, o, MG_N_STR, "system_message") == 0))
			agent = jv_object_set(agent, jv_string("system_message"), mg_node_value(o));
	}
	for (i = 0; ok && words[i] != NULL; i++)
		if ((o = mg_node_get(entry, words[i])) != NULL) {
			v = mg_load_words(l, o, words[i]);
			ok = jv_is_valid(v);
			if (ok)
				agent = jv_object_set(agent, jv_string(words[i]), v);
			else
				jv_free(v);
		}
	if (ok && (o = mg_node_get(entry, "order")) != NULL) {
		if ((ok = o->kind == MG_N_INT && o->number < 1e9 && o->number > -1e9))
			agent = jv_object_set(agent, jv_string("order"), mg_node_value(o));
		else
			mg_load_fail(l, o, "order: a whole number was expected");
	}
	if (ok)
		return agent;
	jv_free(agent);
	return jv_invalid();
}

static int
one_agent(struct mg_load *l, const struct mg_node *entry)
{
	static const char *const known[] = { "id", "backend", "system_message", "tools", "launcher",
		"order", NULL };
	const struct mg_node *b;
	jv agent, backend;

	if (mg_load_kind(l, entry, MG_N_MAP, "an agent") == -1)
		return -1;
	if (l->nagent == MG_AGENTS_MAX)
		return mg_load_fail(l, entry, "more than %d agents", MG_AGENTS_MAX);
	if (mg_node_get(entry, "model_config") != NULL || mg_node_get(entry, "agent_type") != NULL)
		return mg_load_v1_agent(l, entry);
	mg_load_unknown(l, entry, known);
	if ((b = mg_node_get(entry, "backend")) == NULL)
		return mg_load_fail(l, entry,
		    "agent %zu: no backend: a mapping with type or model was expected", l->nagent + 1);
	backend = mg_load_backend(l, b);
	if (!jv_is_valid(backend)) {
		jv_free(backend);
		return -1;
	}
	agent = members(l, entry, jv_object_set(jv_object(), jv_string("backend"), backend));
	if (!jv_is_valid(agent)) {
		jv_free(agent);
		return -1;
	}
	return mg_load_agent_done(l, entry, mg_node_get(entry, "id"), agent);
}

int
mg_load_agents(struct mg_load *l)
{
	const struct mg_node *root = l->tree.root, *one = mg_node_get(root, "agent"),
			     *all = mg_node_get(root, "agents");
	size_t i;

	if (one != NULL) {
		if (all != NULL)
			mg_load_warn(l, all,
			    "agents: left out, because agent stands in line %zu", one->line);
		return one_agent(l, one);
	}
	if (all == NULL)
		return mg_load_fail(l, root, "no agents: a key agent or agents was expected");
	if (mg_load_kind(l, all, MG_N_SEQ, "agents") == -1)
		return -1;
	if (all->n == 0)
		return mg_load_fail(l, all, "agents: at least one agent was expected");
	for (i = 0; i < all->n; i++)
		if (one_agent(l, all->pair[i].val) == -1)
			return -1;
	return 0;
}
