/* retry.c - whether and when a failed request is made again.
 * SPDX-License-Identifier: MIT */
#include "model/retry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "chunk/json.h"
#include "model/attempt.h"
#include "model/fail.h"
#include "model/wire.h"
#include "rt/mem.h"

double
mg_retry_wait(const struct mg_failure *f, long before)
{
	double wait = before < 4 ? 0.5 * (double)(1 << before) : 8;
	uint32_t r = 0;

	if (f->retry_after >= 0)
		return f->retry_after;
	if (getrandom(&r, sizeof r, 0) != (ssize_t)sizeof r)
		r = 0;		/* no jitter then */
	return wait * (1 - 0.25 * (double)r / (double)UINT32_MAX);
}

/* Whether text holds name as a word of its own. */
static int
names(const char *text, const char *name)
{
	size_t n = strlen(name);
	const char *p;

	for (p = text; (p = strstr(p, name)) != NULL; p++)
		if ((p == text || p[-1] != '_') && p[n] != '_')
			return 1;
	return 0;
}

static int
left_out(jv omit, const char *name)
{
	int found = 0;

	jv_array_foreach(omit, i, v) {
		if (strcmp(jv_string_value(v), name) == 0)
			found = 1;
		jv_free(v);
	}
	return found;
}

/* The limit of tokens is not dropped: it goes under its other name, once, where the server says so. */
static int
may_go(const char *name, const char *why, jv omit)
{
	static const char *const two[] = { "max_tokens", "max_completion_tokens" };

	if (left_out(omit, name))
		return 0;
	if (strcmp(name, two[0]) != 0 && strcmp(name, two[1]) != 0)
		return 1;
	return names(why, two[0]) && names(why, two[1]) && !left_out(omit, two[0]) && !left_out(omit, two[1]);
}

char *
mg_retry_without(const struct mg_wire *w, const struct mg_attempt *a, jv omit)
{
	const char *why = mg_buf_str(&a->body.raw);
	char *found = NULL, *quoted;

	if ((a->status != 400 && a->status != 422) || jv_get_kind(w->optional) != JV_KIND_ARRAY)
		return NULL;
	jv_array_foreach(w->optional, i, v) {
		if (found == NULL && jv_get_kind(v) == JV_KIND_STRING && names(why, jv_string_value(v)) &&
		    may_go(jv_string_value(v), why, omit)) {
			quoted = mg_printf("\"%s\":", jv_string_value(v));
			if (strstr(w->body, quoted) != NULL)
				found = mg_strdup(jv_string_value(v));
			free(quoted);
		}
		jv_free(v);
	}
	return found;
}
