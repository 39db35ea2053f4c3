/* emit.c - writes chunks in their canonical form.
 * SPDX-License-Identifier: MIT */
#include "chunk/emit.h"

#include <string.h>

#include "chunk/json.h"
#include "rt/clock.h"

static void
member(struct mg_buf *b, const char *key)
{
	mg_buf_add(b, ",\"", 2);
	mg_buf_adds(b, key);	/* our own names: nothing to escape */
	mg_buf_add(b, "\":", 2);
}

void
mg_put_begin(struct mg_buf *b, const char *type, const char *source, const char *to)
{
	mg_buf_adds(b, "{\"type\":");
	mg_json_quote(b, type, strlen(type));
	mg_put_str(b, "source", source);
	if (to != NULL)
		mg_put_str(b, "to", to);
}

void
mg_put_str(struct mg_buf *b, const char *key, const char *text)
{
	mg_put_strn(b, key, text, strlen(text));
}

void
mg_put_strn(struct mg_buf *b, const char *key, const char *text, size_t n)
{
	member(b, key);
	mg_json_quote(b, text, n);
}

void
mg_put_int(struct mg_buf *b, const char *key, long n)
{
	member(b, key);
	mg_buf_printf(b, "%ld", n);
}

void
mg_put_bool(struct mg_buf *b, const char *key, int yes)
{
	member(b, key);
	mg_buf_adds(b, yes ? "true" : "false");
}

void
mg_put_raw(struct mg_buf *b, const char *key, const char *json, size_t n)
{
	member(b, key);
	mg_buf_add(b, json, n);
}

void
mg_put_value(struct mg_buf *b, const char *key, jv v)
{
	if (!jv_is_valid(v)) {
		jv_free(v);
		return;
	}
	member(b, key);
	mg_json_add(b, v);
}

void
mg_put_end(struct mg_buf *b)
{
	char ts[MG_TS_SIZE];

	mg_timestamp(ts);
	mg_buf_adds(b, ",\"ts\":\"");
	mg_buf_add(b, ts, MG_TS_SIZE - 1);
	mg_buf_add(b, "\"}\n", 3);
}

void
mg_put_close(struct mg_buf *b)
{
	mg_buf_add(b, "}\n", 2);
}
