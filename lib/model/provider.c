/* provider.c - runs a provider's jq file.
 * SPDX-License-Identifier: MIT */
#include "model/provider.h"

#include <jq.h>
#include <stdlib.h>
#include <string.h>

#include "rt/err.h"
#include "rt/mem.h"
#include "rt/share.h"

/* One program for both functions: a process compiles once. */
#define DISPATCH	"\nif has(\"data\") then event else request end"

struct mg_provider {
	jq_state	*jq;
	char		*name;
	jv		 key_event, key_data;	/* kept, so that their hashes are made once */
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
load(const char *name, struct mg_err *e)
{
	struct complaint c = { name, e, 0 };
	char *file, *text, *program;
	jq_state *jq;

	file = mg_printf("providers/%s.jq", name);
	text = mg_share_text(file, NULL, NULL, e);
	free(file);
	if (text == NULL)
		return NULL;
	if ((jq = jq_init()) == NULL) {
		mg_fail(e, MG_SYS, "libjq: cannot be initialised");
		free(text);
		return NULL;
	}
	program = mg_printf("%s" DISPATCH, text);
	free(text);
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
	jq_state *jq;

	if (!name_ok(name)) {
		mg_fail(e, MG_USAGE, "wire \"%s\": not the name of a provider file", name);
		return NULL;
	}
	if ((jq = load(name, e)) == NULL)
		return NULL;
	p = mg_calloc(1, sizeof *p);
	p->jq = jq;
	p->name = mg_strdup(name);
	p->key_event = jv_string("event");
	p->key_data = jv_string("data");
	return p;
}

void
mg_provider_free(struct mg_provider *p)
{
	if (p == NULL)
		return;
	jq_teardown(&p->jq);
	jv_free(p->key_event);
	jv_free(p->key_data);
	free(p->name);
	free(p);
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

jv
mg_provider_request(struct mg_provider *p, jv input, struct mg_err *e)
{
	jv v, more;

	jq_start(p->jq, input, 0);
	v = jq_next(p->jq);
	if (jv_get_kind(v) == JV_KIND_OBJECT) {
		more = jq_next(p->jq);
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

int
mg_provider_event(struct mg_provider *p, jv input, void (*delta)(void *, jv), void *arg,
    struct mg_err *e)
{
	jv v;

	jq_start(p->jq, input, 0);
	while (jv_get_kind(v = jq_next(p->jq)) != JV_KIND_INVALID)
		delta(arg, v);
	if (jv_invalid_has_msg(jv_copy(v)))
		return broke(p, "event", v, e);
	jv_free(v);
	return 0;
}

int
mg_provider_feed(struct mg_provider *p, const char *event, jv data, void (*delta)(void *, jv),
    void *arg, struct mg_err *e)
{
	jv input = jv_object_set(jv_object(), jv_copy(p->key_data), data);

	if (event != NULL)
		input = jv_object_set(input, jv_copy(p->key_event), jv_string(event));
	return mg_provider_event(p, input, delta, arg, e);
}
