/* provider.c - runs a provider's jq file.
 * SPDX-License-Identifier: MIT */
#include "model/provider.h"

#include <jq.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/json.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/share.h"

/* One program for both functions: most processes compile once. */
#define COMMON	"\nif has(\"data\") then event else request end"
#define RARE_LINE "\n#: rare\n"	/* what stands below it is for this one alone */
#define RARE	"\nif has(\"data\") then rare_event else rare_request end"

enum { KEY_EVENT, KEY_DATA, KEY_RARE, KEY_TEXT, KEY_CALLS, KEYS };
static const char *const key_names[KEYS] = { "event", "data", "rare", "text", "calls" };

struct mg_provider {
	jq_state	*jq, *rare;	/* rare: NULL until it is needed */
	char		*name, *text;
	int		 has_rare;
	long		 tape;
	jv		 key[KEYS];	/* kept, so that their hashes are made once */
};

struct complaint {
	const char	*name;
	struct mg_err	*e;
	int		 count;
};

/* libjq's first complaint about a program, on one line; the others follow from it. */
static void
complain(void *arg, jv msg)
{
	struct complaint *c = arg;
	char *p;

	if (c->count++ > 0) {
		jv_free(msg);
		return;
	}
	if (jv_get_kind(msg) != JV_KIND_STRING)
		msg = jv_dump_string(msg, 0);
	mg_fail(c->e, MG_USAGE, "providers/%s.jq: %s", c->name, jv_string_value(msg));
	for (p = c->e->msg; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	jv_free(msg);
}

/* A part of a file's name, and no way out of its folder. */
static int
name_ok(const char *name)
{
	return *name != '\0' && *name != '.' && strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(name);
}

/* Compiles with HOME taken away: libjq would read ~/.jq into every program. */
static int
compile(jq_state *jq, const char *program)
{
	const char *s = getenv("HOME");
	char *home = s != NULL ? mg_strdup(s) : NULL;
	int ok;

	if (home != NULL)
		unsetenv("HOME");
	ok = jq_compile(jq, program);
	if (home != NULL)
		setenv("HOME", home, 1);
	free(home);
	return ok;
}

static jq_state *
load(const char *name, const char *text, const char *dispatch, struct mg_err *e)
{
	struct complaint c = { name, e, 0 };
	char *program;
	jq_state *jq;

	if ((jq = jq_init()) == NULL) {
		mg_fail(e, MG_SYS, "libjq: cannot be initialised");
		return NULL;
	}
	program = mg_printf("%s%s", text, dispatch);
	jq_set_error_cb(jq, complain, &c);
	if (!compile(jq, program)) {
		if (c.count == 0)
			mg_fail(e, MG_USAGE, "providers/%s.jq: not a jq program that defines "
			    "request and event", name);
		jq_teardown(&jq);
	} else {
		jq_set_error_cb(jq, NULL, NULL);
	}
	free(program);
	return jq;
}

struct mg_provider *
mg_provider_new(const char *name, struct mg_err *e)
{
	struct mg_provider *p;
	char *file, *text, *line;
	jq_state *jq;
	int k;

	if (!name_ok(name)) {
		mg_fail(e, MG_USAGE, "wire \"%s\": not the name of a provider file", name);
		return NULL;
	}
	file = mg_printf("providers/%s.jq", name);
	text = mg_share_text(file, NULL, NULL, e);
	free(file);
	if (text == NULL)
		return NULL;
	if ((line = strstr(text, RARE_LINE)) != NULL)
		*line = '\0';
	jq = load(name, text, COMMON, e);
	if (line != NULL)
		*line = '\n';
	if (jq == NULL) {
		free(text);
		return NULL;
	}
	p = mg_calloc(1, sizeof *p);
	p->jq = jq;
	p->name = mg_strdup(name);
	p->text = text;
	p->has_rare = line != NULL;
	for (k = 0; k < KEYS; k++)
		p->key[k] = jv_string(key_names[k]);
	return p;
}

void
mg_provider_free(struct mg_provider *p)
{
	int k;

	if (p == NULL)
		return;
	jq_teardown(&p->jq);
	if (p->rare != NULL)
		jq_teardown(&p->rare);
	for (k = 0; k < KEYS; k++)
		jv_free(p->key[k]);
	free(p->name);
	free(p->text);
	free(p);
}

/* The program for the rest; a file that has none has all in the first. */
static jq_state *
rare_program(struct mg_provider *p, struct mg_err *e)
{
	if (!p->has_rare)
		return p->jq;
	if (p->rare == NULL)
		p->rare = load(p->name, p->text, RARE, e);
	return p->rare;
}

/* What a jq program gave up with; consumes v. */
static int
broke(struct mg_provider *p, const char *what, jv v, struct mg_err *e)
{
	jv msg = jv_invalid_get_msg(v);

	if (jv_get_kind(msg) != JV_KIND_STRING)
		msg = jv_dump_string(msg, 0);
	mg_fail(e, MG_DATA, "providers/%s.jq: %s: %s", p->name, what, jv_string_value(msg));
	jv_free(msg);
	return -1;
}

/* Whether a piece of a call brings its arguments as an object: the rare program says where its bytes stand. */
static int
has_object(jv calls)
{
	int found = 0;
	jv arguments;

	jv_array_foreach(calls, i, c) {
		arguments = mg_jv_get(c, "arguments");
		if (jv_get_kind(arguments) == JV_KIND_OBJECT)
			found = 1;
		jv_free(arguments);
		jv_free(c);
	}
	return found;
}

static jv
member(struct mg_provider *p, jv v, int key)
{
	return jv_object_get(jv_copy(v), jv_copy(p->key[key]));
}

static int
is_rare(struct mg_provider *p, jv v)
{
	jv rare, text, calls;
	int found;

	if (!p->has_rare || jv_get_kind(v) != JV_KIND_OBJECT)
		return 0;
	rare = member(p, v, KEY_RARE);
	text = member(p, v, KEY_TEXT);
	calls = member(p, v, KEY_CALLS);
	found = jv_get_kind(rare) == JV_KIND_TRUE || jv_get_kind(text) == JV_KIND_ARRAY ||
	    (jv_get_kind(calls) == JV_KIND_ARRAY && has_object(calls));
	jv_free(rare);
	jv_free(text);
	jv_free(calls);
	return found;
}

static jv
request_from(struct mg_provider *p, jq_state *jq, jv input, struct mg_err *e)
{
	jv v, more;

	jq_start(jq, input, 0);
	v = jq_next(jq);
	if (jv_get_kind(v) == JV_KIND_OBJECT) {
		more = jq_next(jq);
		if (jv_get_kind(more) == JV_KIND_INVALID && !jv_invalid_has_msg(jv_copy(more))) {
			jv_free(more);
			return v;
		}
		jv_free(more);
	}
	if (jv_get_kind(v) == JV_KIND_INVALID && jv_invalid_has_msg(jv_copy(v))) {
		broke(p, "request", v, e);
		return jv_invalid();
	}
	jv_free(v);
	mg_fail(e, MG_DATA, "providers/%s.jq: request: it must give exactly one object", p->name);
	return jv_invalid();
}

jv
mg_provider_request(struct mg_provider *p, jv input, struct mg_err *e)
{
	jv v = request_from(p, p->jq, jv_copy(input), e);
	jq_state *jq;

	if (!is_rare(p, v)) {
		jv_free(input);
		return v;
	}
	jv_free(v);
	if ((jq = rare_program(p, e)) == NULL) {
		jv_free(input);
		return jv_invalid();
	}
	return request_from(p, jq, input, e);
}

/* Gives every delta, or returns 1 at one that says {rare: true}. */
static int
event_from(struct mg_provider *p, jq_state *jq, jv input, void (*delta)(void *, jv), void *arg,
    struct mg_err *e)
{
	jv v;

	jq_start(jq, input, 0);
	while (jv_get_kind(v = jq_next(jq)) != JV_KIND_INVALID) {
		if (jq == p->jq && is_rare(p, v)) {
			jv_free(v);
			return 1;
		}
		delta(arg, v);
	}
	if (jv_invalid_has_msg(jv_copy(v)))
		return broke(p, "event", v, e);
	jv_free(v);
	return 0;
}

int
mg_provider_event(struct mg_provider *p, jv input, void (*delta)(void *, jv), void *arg,
    struct mg_err *e)
{
	int r = event_from(p, p->jq, jv_copy(input), delta, arg, e);

	if (r == 1)
		return mg_provider_rare(p, input, delta, arg, e);
	jv_free(input);
	return r;
}

int
mg_provider_rare(struct mg_provider *p, jv input, void (*delta)(void *, jv), void *arg, struct mg_err *e)
{
	jq_state *jq = rare_program(p, e);

	if (jq == NULL) {
		jv_free(input);
		return -1;
	}
	return event_from(p, jq, input, delta, arg, e);
}

jv
mg_provider_input(struct mg_provider *p, const char *event, jv data)
{
	jv input = jv_object_set(jv_object(), jv_copy(p->key[KEY_DATA]), data);

	return event != NULL ? jv_object_set(input, jv_copy(p->key[KEY_EVENT]), jv_string(event)) : input;
}

long *
mg_provider_tape(struct mg_provider *p)
{
	return &p->tape;
}
