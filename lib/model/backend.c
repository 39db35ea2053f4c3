/* backend.c - what stands behind a type or a model's name, filled in from the table.
 * SPDX-License-Identifier: MIT */
#include "model/backend.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chunk/json.h"
#include "model/endpoint.h"
#include "model/expand.h"
#include "model/rows.h"
#include "rt/bounds.h"
#include "rt/buf.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/proc.h"

static int
has(jv o, const char *key)
{
	jv v = mg_jv_get(o, key);
	int there = jv_is_valid(v) && jv_get_kind(v) != JV_KIND_NULL;

	jv_free(v);
	return there;
}

/* Sets a member; consumes o and v.  An invalid v changes nothing. */
static jv
set(jv o, const char *key, jv v)
{
	if (!jv_is_valid(v)) {
		jv_free(v);
		return o;
	}
	return jv_object_set(o, jv_string(key), v);
}

/* The row's member where the backend has none of its own; consumes b. */
static jv
fill(jv b, const char *key, jv row, const char *member)
{
	return has(b, key) ? b : set(b, key, mg_jv_get(row, member));
}

/* The first variable of a row's list that is set; NULL: none. */
static const char *
from_env(jv row, const char *member)
{
	jv list = mg_jv_get(row, member), name;
	const char *v = NULL;
	int i, n;

	if (jv_get_kind(list) == JV_KIND_ARRAY) {
		n = jv_array_length(jv_copy(list));
		for (i = 0; i < n && v == NULL; i++) {
			name = jv_array_get(jv_copy(list), i);
			if (jv_get_kind(name) == JV_KIND_STRING)
				v = getenv(jv_string_value(name));
			jv_free(name);
			if (v != NULL && *v == '\0')
				v = NULL;
		}
	}
	jv_free(list);
	return v;
}

/* The row that the backend's own words mean; the address tells where neither type nor model does. */
static jv
row_of(jv b, jv rows, struct mg_err *e)
{
	const char *type = mg_jv_str(b, "type", ""), *url = mg_jv_str(b, "base_url", "");
	const char *model = mg_jv_str(b, "model", "");
	char *made = NULL, *host;
	jv row;

	if (*type == '\0' && has(b, "command")) {
		type = "command";
	} else if (*type == '\0' && *url != '\0') {
		host = mg_url_host(url);
		row = mg_rows_host(rows, host);
		free(host);
		if (jv_is_valid(row))
			return row;
		type = "chatcompletion";
	} else if (*type == '\0' && *model != '\0') {
		if ((made = mg_model_type(model, e)) == NULL)
			return jv_invalid();
		type = made;
	} else if (*type == '\0') {
		mg_fail(e, MG_USAGE,
		    "neither type nor model: say which backend, for instance type: openai");
		return jv_invalid();
	}
	row = mg_rows_type(rows, type);
	if (!jv_is_valid(row))
		mg_rows_unknown(rows, type, e);
	free(made);
	return row;
}

/* Text members that mg itself reads must be text. */
static int
check_texts(jv b, struct mg_err *e)
{
	static const char *const text[] = { "type", "model", "base_url", "api_key", "azure_endpoint",
		"api_version", "wire", "path", "auth", "max_tokens_field", NULL };
	int i;
	jv v;

	if (jv_get_kind(b) != JV_KIND_OBJECT)
		return mg_fail(e, MG_USAGE, "backend: a mapping was expected");
	for (i = 0; text[i] != NULL; i++) {
		v = mg_jv_get(b, text[i]);
		if (jv_is_valid(v) && jv_get_kind(v) != JV_KIND_NULL &&
		    jv_get_kind(v) != JV_KIND_STRING) {
			jv_free(v);
			return mg_fail(e, MG_USAGE, "backend: %s: text was expected", text[i]);
		}
		jv_free(v);
	}
	for (const char *w = mg_jv_str(b, "wire", ""); *w != '\0'; w++)	/* it names a file */
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_", *w) == NULL)
			return mg_fail(e, MG_USAGE,
			    "backend: wire: small letters, digits, - and _ were expected");
	return 0;
}

/* A command as a list of words; one text is split.  Consumes v. */
static jv
words(jv v, struct mg_err *e)
{
	char **argv, **p;
	jv list, word;
	int i, n;

	if (jv_get_kind(v) == JV_KIND_STRING) {
		argv = mg_argv_split(jv_string_value(v), e);
		jv_free(v);
		if (argv == NULL)
			return jv_invalid();
		list = jv_array();
		for (p = argv; *p != NULL; p++)
			list = jv_array_append(list, jv_string(*p));
		mg_argv_free(argv);
		return list;
	}
	n = jv_get_kind(v) == JV_KIND_ARRAY ? jv_array_length(jv_copy(v)) : 0;
	for (i = 0; i < n; i++) {
		word = jv_array_get(jv_copy(v), i);
		if (jv_get_kind(word) != JV_KIND_STRING ||
		    strlen(jv_string_value(word)) != (size_t)jv_string_length_bytes(jv_copy(word)) ||
		    (i == 0 && *jv_string_value(word) == '\0'))
			n = 0;
		jv_free(word);
	}
	if (n > 0)
		return v;
	jv_free(v);
	mg_fail(e, MG_USAGE,
	    "command: a program and its arguments were expected, a list of texts or one line");
	return jv_invalid();
}

/* env is {NAME: text} or a list of names; timeout is seconds. */
static int
check_command(jv b, struct mg_err *e)
{
	jv env = mg_jv_get(b, "env"), limit = mg_jv_get(b, "timeout"), list = jv_invalid(), v;
	jv_kind env_kind = jv_get_kind(env), limit_kind = jv_get_kind(limit);
	int i, n, ok = env_kind == JV_KIND_INVALID || env_kind == JV_KIND_NULL;

	if (env_kind == JV_KIND_ARRAY || env_kind == JV_KIND_OBJECT) {
		list = env_kind == JV_KIND_ARRAY ? jv_copy(env) : jv_keys(jv_copy(env));
		n = jv_array_length(jv_copy(list));
		for (i = 0, ok = 1; i < n && ok; i++) {
			v = jv_array_get(jv_copy(list), i);
			if (env_kind == JV_KIND_OBJECT)
				v = jv_object_get(jv_copy(env), v);
			ok = jv_get_kind(v) == JV_KIND_STRING;
			jv_free(v);
		}
		jv_free(list);
	}
	jv_free(env);
	jv_free(limit);
	if (!ok)
		return mg_fail(e, MG_USAGE,
		    "command: env: a mapping of names to texts, or a list of names, was expected");
	if (limit_kind != JV_KIND_INVALID && limit_kind != JV_KIND_NULL &&
	    mg_jv_num(b, "timeout", -1) < 0)
		return mg_fail(e, MG_USAGE, "command: timeout: seconds were expected");
	return 0;
}

static jv
resolve_command(jv b, struct mg_err *e)
{
	const char *mode = mg_jv_str(b, "mode", "text");
	jv argv = words(mg_jv_get(b, "command"), e);

	if (jv_is_valid(argv) && strcmp(mode, "text") != 0 && strcmp(mode, "chunk") != 0) {
		mg_fail(e, MG_USAGE, "command: mode '%.40s': text or chunk was expected", mode);
		jv_free(argv);
		argv = jv_invalid();
	} else if (jv_is_valid(argv) && check_command(b, e) == -1) {
		jv_free(argv);
		argv = jv_invalid();
	}
	if (!jv_is_valid(argv)) {
		jv_free(b);
		return argv;
	}
	b = set(b, "command", argv);
	if (!has(b, "mode"))
		b = set(b, "mode", jv_string("text"));
	return b;
}

/* Splits off the effort of an old OpenAI name, unless the configuration says one itself. */
static jv
resolve_effort(jv b)
{
	jv effort = mg_model_effort(mg_jv_str(b, "model", "")), reasoning = mg_jv_get(b, "reasoning");

	if (jv_is_valid(effort)) {
		b = set(b, "model", mg_jv_get(effort, "model"));
		if (!has(b, "reasoning_effort") && !has(reasoning, "effort"))
			b = set(b, "reasoning_effort", mg_jv_get(effort, "reasoning_effort"));
	}
	jv_free(reasoning);
	jv_free(effort);
	return b;
}

/* The address as written, from the environment, or the row's.  The caller frees it; NULL: none, or *e. */
static char *
address(jv b, jv row, struct mg_err *e)
{
	const char *s;

	if (*(s = mg_jv_str(b, "azure_endpoint", "")) != '\0' ||
	    *(s = mg_jv_str(b, "base_url", "")) != '\0')
		return mg_expand(s, e);
	if ((s = from_env(row, "base_url_env")) != NULL)
		return strcmp(mg_jv_str(row, "type", ""), "ollama") == 0 ? mg_ollama_url(s)
									 : mg_strdup(s);
	return (s = mg_jv_str(row, "base_url", NULL)) != NULL ? mg_strdup(s) : NULL;
}

static jv
resolve_azure(jv b, jv row, const char *url, struct mg_err *e)
{
	char *found, *base = mg_azure_base(url, mg_jv_str(b, "model", ""), &found, e);
	const char *version = found, *env;

	if (base == NULL) {
		free(found);
		jv_free(b);
		return jv_invalid();
	}
	if (version == NULL && *(version = mg_jv_str(b, "api_version", "")) == '\0')
		version = (env = from_env(row, "api_version_env")) != NULL
		    ? env
		    : mg_jv_str(row, "api_version", "");
	b = set(b, "api_version", jv_string(version));	/* the wire puts it into the query */
	b = set(b, "base_url", jv_string(base));
	free(base);
	free(found);
	return fill(b, "path", row, "path");
}

static jv
resolve_url(jv b, jv row, const char *url, struct mg_err *e)
{
	const char *path = mg_jv_str(b, "path", mg_jv_str(row, "path", ""));
	char *query, *base = mg_url_base(url, path, mg_jv_str(row, "root", NULL), &query, e), *whole;

	if (base == NULL) {
		free(query);
		jv_free(b);
		return jv_invalid();
	}
	whole = query != NULL ? mg_printf("%s?%s", path, query) : mg_strdup(path);
	b = set(b, "path", jv_string(whole));
	b = set(b, "base_url", jv_string(base));
	free(whole);
	free(base);
	free(query);
	return b;
}

/* Which variables hold the key.  What the configuration names is needed; the rest is the row's. */
static jv
resolve_keys(jv b, jv row)
{
	jv own = mg_jv_get(b, "key_env");

	if (jv_get_kind(own) == JV_KIND_STRING)
		return set(b, "key_env", jv_array_append(jv_array(), own));
	if (jv_get_kind(own) == JV_KIND_ARRAY) {
		jv_free(own);
		return b;
	}
	jv_free(own);
	b = set(b, "key_env", mg_jv_get(row, "keys"));
	b = fill(b, "key_optional", row, "optional");
	return fill(b, "key_default", row, "key_default");
}

/* The row of the host, where it has one and speaks the same; at another vendor's wire at
 * least its key.  Consumes row. */
static jv
by_host(jv rows, jv row, const char *url)
{
	char *host = mg_url_host(url);
	jv there = mg_rows_host(rows, host);

	free(host);
	if (!jv_is_valid(there))
		return row;
	if (strcmp(mg_jv_str(there, "wire", ""), mg_jv_str(row, "wire", "")) != 0) {
		row = set(row, "keys", mg_jv_get(there, "keys"));
		row = set(row, "optional", jv_false());
		jv_free(there);
		return row;
	}
	jv_free(row);
	return there;
}

static jv
resolve_model(jv b, jv rows, jv row, struct mg_err *e)
{
	char *url;
	int azure;

	e->code = MG_OK;
	url = address(b, row, e);
	if (url == NULL && !has(row, "path")) {	/* a wire without an address of ours */
		b = fill(b, "auth", row, "auth");
		return resolve_keys(b, row);
	}
	if (url == NULL) {
		if (e->code == MG_OK)
			mg_fail(e, MG_USAGE,
			    "%s: no endpoint: set AZURE_OPENAI_ENDPOINT, or base_url in the "
			    "configuration",
			    mg_jv_str(row, "type", ""));
		jv_free(b);
		return jv_invalid();
	}
	row = by_host(rows, jv_copy(row), url);
	b = set(b, "type", mg_jv_get(row, "type"));
	if (strcmp(mg_jv_str(row, "type", ""), "openai") == 0)
		b = resolve_effort(b);
	azure = has(row, "api_version");
	b = azure ? resolve_azure(b, row, url, e) : resolve_url(b, row, url, e);
	free(url);
	if (jv_is_valid(b)) {
		b = fill(b, "auth", row, "auth");
		b = fill(b, "max_tokens_field", row, "max_tokens_field");
		b = resolve_keys(b, row);
	}
	jv_free(row);
	return b;
}

/* type, wire, model: what needs no environment.  Consumes b. */
static jv
identify(jv b, jv row, struct mg_err *e)
{
	b = set(b, "type", mg_jv_get(row, "type"));
	b = fill(b, "wire", row, "wire");
	if (*mg_jv_str(b, "model", "") == '\0')
		b = set(b, "model", mg_jv_get(row, "model"));
	if (mg_jv_true(row, "needs_model", 0) && *mg_jv_str(b, "model", "") == '\0') {
		mg_fail(e, MG_USAGE,
		    "%s: no model: say which (a server lists its own under /v1/models)",
		    mg_jv_str(row, "type", ""));
		jv_free(b);
		return jv_invalid();
	}
	return strcmp(mg_jv_str(b, "wire", ""), "command") == 0 ? resolve_command(b, e) : b;
}

static jv
resolve(jv b, int whole, struct mg_err *e)
{
	jv rows, row;

	if (check_texts(b, e) == -1 || !jv_is_valid(rows = mg_rows_load(e))) {
		jv_free(b);
		return jv_invalid();
	}
	row = row_of(b, rows, e);
	if (!jv_is_valid(row)) {
		jv_free(b);
		b = jv_invalid();
	} else {
		b = identify(b, row, e);
	}
	if (jv_is_valid(b) && whole && strcmp(mg_jv_str(b, "wire", ""), "command") != 0)
		b = resolve_model(b, rows, row, e);
	else if (jv_is_valid(b) && whole)
		b = set(b, "auth", jv_string("none"));
	jv_free(row);
	jv_free(rows);
	return b;
}

jv
mg_backend_resolve(jv backend, struct mg_err *e)
{
	return resolve(backend, 1, e);
}

int
mg_backend_check(jv backend, struct mg_err *e)
{
	jv b = resolve(jv_copy(backend), 0, e);
	const char *url;
	char *query, *base = NULL;
	int r = jv_is_valid(b) ? 0 : -1;

	if (r == 0 && *(url = mg_jv_str(b, "base_url", "")) != '\0' && strstr(url, "${") == NULL) {
		if ((base = mg_url_base(url, "", NULL, &query, e)) == NULL)
			r = -1;
		free(query);
		free(base);
	}
	jv_free(b);
	return r;
}

/* Appends the texts of a row's list; consumes both. */
static jv
append(jv to, jv list)
{
	if (jv_get_kind(list) == JV_KIND_ARRAY)
		return jv_array_concat(to, list);
	jv_free(list);
	return to;
}

jv
mg_backend_variables(jv resolved)
{
	struct mg_err e;
	jv rows = mg_rows_load(&e), all = append(jv_array(), mg_jv_get(resolved, "key_env")), row;
	int i, n = jv_is_valid(rows) ? jv_array_length(jv_copy(rows)) : 0;

	for (i = 0; i < n; i++) {	/* of every row: an address may have led from one to another; none is secret */
		row = jv_array_get(jv_copy(rows), i);
		all = append(all, mg_jv_get(row, "base_url_env"));
		all = append(all, mg_jv_get(row, "api_version_env"));
		jv_free(row);
	}
	jv_free(rows);
	return all;
}
