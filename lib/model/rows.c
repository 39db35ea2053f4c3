/* rows.c - the rows of share/providers.json and share/models.json.
 * SPDX-License-Identifier: MIT */
#include "model/rows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chunk/json.h"
#include "model/endpoint.h"
#include "rt/bounds.h"
#include "rt/buf.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/near.h"
#include "rt/share.h"

/* A share text as a value; users may have put their own in its place, so nothing is taken for granted. */
static jv
load(const char *name, struct mg_err *e)
{
	char *where, *text;
	size_t len;
	struct mg_bad bad;
	jv v = jv_invalid();

	if ((text = mg_share_text(name, &len, &where, e)) == NULL)
		return v;
	if (mg_json_check(text, len, &bad) == -1)
		mg_fail(e, MG_USAGE, "%s: byte %zu: %s", where, bad.pos, bad.why);
	else
		v = mg_json_value((struct mg_span){ text, len });
	free(where);
	free(text);
	return v;
}

jv
mg_rows_load(struct mg_err *e)
{
	jv file = load("providers.json", e), rows, row;
	int i, n;

	if (!jv_is_valid(file))
		return file;
	rows = mg_jv_get(file, "types");
	jv_free(file);
	if (jv_get_kind(rows) != JV_KIND_ARRAY) {
		mg_fail(e, MG_USAGE, "providers.json: a list `types` was expected");
		goto bad;
	}
	n = jv_array_length(jv_copy(rows));
	for (i = 0; i < n; i++) {
		row = jv_array_get(jv_copy(rows), i);
		if (*mg_jv_str(row, "type", "") == '\0' || *mg_jv_str(row, "wire", "") == '\0') {
			mg_fail(e, MG_USAGE,
			    "providers.json: row %d: texts `type` and `wire` were expected", i + 1);
			jv_free(row);
			goto bad;
		}
		jv_free(row);
	}
	return rows;
bad:
	jv_free(rows);
	return jv_invalid();
}

/* Whether the texts of a row's array hold one for which is() says so. */
static int
any(jv row, const char *member, int (*is)(const char *text, const char *arg), const char *arg)
{
	jv list = mg_jv_get(row, member), s;
	int i, n, yes = 0;

	if (jv_get_kind(list) == JV_KIND_ARRAY) {
		n = jv_array_length(jv_copy(list));
		for (i = 0; i < n && !yes; i++) {
			s = jv_array_get(jv_copy(list), i);
			yes = jv_get_kind(s) == JV_KIND_STRING && is(jv_string_value(s), arg);
			jv_free(s);
		}
	}
	jv_free(list);
	return yes;
}

static int
is_name(const char *text, const char *type)
{
	return strcasecmp(text, type) == 0;
}

static int
is_above(const char *text, const char *host)
{
	return mg_host_under(host, text);
}

static int
is_same(const char *text, const char *other)
{
	return strcmp(text, other) == 0;
}

int
mg_row_lists(jv row, const char *member, const char *text)
{
	return any(row, member, is_same, text);
}

jv
mg_rows_type(jv rows, const char *type)
{
	int i, n = jv_array_length(jv_copy(rows));
	jv row;

	for (i = 0; i < n; i++) {
		row = jv_array_get(jv_copy(rows), i);
		if (is_name(mg_jv_str(row, "type", ""), type) || any(row, "aliases", is_name, type))
			return row;
		jv_free(row);
	}
	return jv_invalid();
}

jv
mg_rows_host(jv rows, const char *host)
{
	int i, n = jv_array_length(jv_copy(rows));
	jv row;

	for (i = 0; i < n; i++) {
		row = jv_array_get(jv_copy(rows), i);
		if (any(row, "hosts", is_above, host))
			return row;
		jv_free(row);
	}
	return jv_invalid();
}

void
mg_rows_unknown(jv rows, const char *type, struct mg_err *e)
{
	int i, n = jv_array_length(jv_copy(rows));
	const char **name = mg_calloc((size_t)n + 1, sizeof(const char *)), *near;
	struct mg_buf all = MG_BUF(400);
	jv row;

	for (i = 0; i < n; i++) {
		row = jv_array_get(jv_copy(rows), i);
		name[i] = mg_jv_str(row, "type", "");	/* rows holds it */
		jv_free(row);
		mg_buf_printf(&all, "%s%s", i > 0 ? ", " : "", name[i]);	/* cut where too long: a message */
	}
	if ((near = mg_near(type, name)) != NULL)
		mg_fail(e, MG_USAGE, "type '%.60s': no such backend: did you mean '%s'?", type, near);
	else
		mg_fail(e, MG_USAGE, "type '%.60s': no such backend; there are: %s", type,
		    mg_buf_str(&all));
	mg_buf_free(&all);
	free(name);
}

static char *
lower(const char *s)
{
	char *low = mg_strdup(s), *c;

	for (c = low; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return low;
}

/* The value of the longest key of an object that begins name. */
static char *
longest(jv families, const char *name)
{
	char *best = NULL;
	size_t len = 0, n;

	if (jv_get_kind(families) != JV_KIND_OBJECT)
		return NULL;
	jv_object_foreach(families, key, v) {
		n = (size_t)jv_string_length_bytes(jv_copy(key));
		if (n > len && strncmp(name, jv_string_value(key), n) == 0 &&
		    jv_get_kind(v) == JV_KIND_STRING) {
			len = n;
			free(best);
			best = mg_strdup(jv_string_value(v));
		}
		jv_free(key);
		jv_free(v);
	}
	return best;
}

/* The base name of an old name with an effort, or NULL. */
static char *
without_effort(jv file, const char *low)
{
	jv efforts = mg_jv_get(file, "efforts"), one = mg_jv_get(efforts, low);
	const char *base = mg_jv_str(one, "model", NULL);
	char *s = base != NULL ? mg_strdup(base) : NULL;

	jv_free(one);
	jv_free(efforts);
	return s;
}

char *
mg_model_type(const char *model, struct mg_err *e)
{
	jv file = load("models.json", e), models, families;
	char *low, *base, *type = NULL;
	const char *t;

	if (!jv_is_valid(file))
		return NULL;
	low = lower(model);
	base = without_effort(file, low);
	models = mg_jv_get(file, "models");
	families = mg_jv_get(file, "families");
	if ((t = mg_jv_str(models, base != NULL ? base : low, NULL)) != NULL)
		type = mg_strdup(t);
	else
		type = longest(families, low);
	if (type == NULL)
		mg_fail(e, MG_USAGE, "model '%.100s': not in the table of models: say its type too "
		    "(type: chatcompletion with base_url for any compatible server)", model);
	else if (*type == '\0') {
		mg_fail(e, MG_USAGE, "model '%.100s': many hosts serve it: say type or base_url too",
		    model);
		free(type);
		type = NULL;
	}
	jv_free(models);
	jv_free(families);
	jv_free(file);
	free(base);
	free(low);
	return type;
}

jv
mg_model_effort(const char *model)
{
	struct mg_err e;
	jv file, efforts, one;
	char *low;

	if (strrchr(model, '-') == NULL)
		return jv_invalid();
	file = load("models.json", &e);
	efforts = mg_jv_get(file, "efforts");
	low = lower(model);
	one = mg_jv_get(efforts, low);
	free(low);
	jv_free(efforts);
	jv_free(file);
	return one;
}
