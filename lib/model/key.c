/* key.c - the secret of a backend, from the environment.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "chunk/json.h"
#include "model/backend.h"
#include "model/expand.h"
#include "rt/buf.h"
#include "rt/err.h"
#include "rt/mem.h"

/* A key as it can stand in a header: without blanks around it.  NULL: *e, or nothing but blanks. */
static char *
usable(const char *key, const char *from, struct mg_err *e)
{
	size_t n, i;

	key += strspn(key, " \t\r\n");
	for (n = strlen(key); n > 0 && strchr(" \t\r\n", key[n - 1]) != NULL;)
		n--;
	if (n == 0)
		return NULL;
	for (i = 0; i < n; i++)
		if ((unsigned char)key[i] < ' ' || key[i] == 0x7f) {
			mg_fail(e, MG_USAGE, "%s: a key was expected, this holds a control character",
			    from);
			return NULL;
		}
	return mg_memdup(key, n);
}

/* The first variable of the list that holds something; every name goes into tried. */
static char *
from_env(jv names, struct mg_buf *tried, struct mg_err *e)
{
	int i, n = jv_get_kind(names) == JV_KIND_ARRAY ? jv_array_length(jv_copy(names)) : 0;
	char *key = NULL;
	const char *v;
	jv name;

	for (i = 0; i < n && key == NULL && e->code == MG_OK; i++) {
		name = jv_array_get(jv_copy(names), i);
		if (jv_get_kind(name) == JV_KIND_STRING) {
			mg_buf_printf(
			    tried, "%s%s", tried->len > 0 ? " or " : "", jv_string_value(name));
			if ((v = getenv(jv_string_value(name))) != NULL)
				key = usable(v, jv_string_value(name), e);
		}
		jv_free(name);
	}
	return key;
}

char *
mg_backend_key(jv resolved, struct mg_err *e)
{
	struct mg_buf tried = MG_BUF(300);
	const char *type = mg_jv_str(resolved, "type", "backend"),
		   *literal = mg_jv_str(resolved, "api_key", "");
	jv names = mg_jv_get(resolved, "key_env");
	char *key = NULL, *text;

	e->code = MG_OK;
	if (strcmp(mg_jv_str(resolved, "auth", "bearer"), "none") == 0)
		goto out;
	if (*literal != '\0') {	/* a chunk written by hand may hold one, or ${NAME} */
		if ((text = mg_expand(literal, e)) != NULL)
			key = usable(text, "api_key", e);
		if (text != NULL)
			explicit_bzero(text, strlen(text));
		free(text);
		if (key != NULL || e->code != MG_OK)
			goto out;
	}
	if ((key = from_env(names, &tried, e)) != NULL || e->code != MG_OK)
		goto out;
	if (*mg_jv_str(resolved, "key_default", "") != '\0')
		key = mg_strdup(mg_jv_str(resolved, "key_default", ""));
	else if (strncmp(mg_buf_str(&tried), "MG_KEY_", 7) == 0)
		mg_fail(e, MG_USAGE, "%s: no key: it stands in the configuration file alone: "
		    "start with that file, or set %s", type, mg_buf_str(&tried));
	else if (!mg_jv_true(resolved, "key_optional", 0))
		mg_fail(e, MG_USAGE, "%s: no key: set %s (in the environment or in .env)", type,
		    tried.len > 0 ? mg_buf_str(&tried) : "api_key in the configuration");
out:
	jv_free(names);
	mg_buf_free(&tried);
	return key;
}
