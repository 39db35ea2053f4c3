/* Reads an HTTP request, and writes the log of them.
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testd.h"

enum { HEAD_MAX = 64 * 1024, BODY_MAX = 256 * 1024 * 1024 };

jv
member(jv o, const char *name)
{
	if (jv_get_kind(o) == JV_KIND_OBJECT)
		return jv_object_get(o, jv_string(name));
	jv_free(o);
	return jv_invalid();
}

static const char *
header(const struct request *r, const char *name)
{
	jv v = member(jv_copy(r->headers), name);
	const char *s = jv_get_kind(v) == JV_KIND_STRING ? jv_string_value(v) : NULL;

	jv_free(v);			/* r->headers still holds it */
	return s;
}

/* "Name: value" of n bytes; a name that comes twice is joined by a comma. */
static int
add_header(struct request *r, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n), *v;
	char *name, *p;
	jv old, val;

	if (colon == NULL || colon == line)
		return -1;
	for (v = colon + 1; v < line + n && (*v == ' ' || *v == '\t'); v++)
		;
	for (; n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t') && line + n > v; n--)
		;
	name = copy(line, (size_t)(colon - line));
	for (p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	val = jv_string_sized(v, (int)(line + n - v));
	old = member(jv_copy(r->headers), name);
	if (jv_get_kind(old) == JV_KIND_STRING)
		val = jv_string_concat(jv_string_append_str(old, ", "), val);
	else
		jv_free(old);
	r->headers = jv_object_set(r->headers, jv_string(name), val);
	free(name);
	return 0;
}

static int
parse_head(struct request *r, const char *p, const char *end)
{
	const char *eol = memmem(p, (size_t)(end - p), "\r\n", 2);
	const char *a = memchr(p, ' ', (size_t)(eol - p)), *b;

	if (a == NULL || (b = memchr(a + 1, ' ', (size_t)(eol - a - 1))) == NULL ||
	    eol - b != 9 || memcmp(b, " HTTP/1.", 8) != 0)
		return 400;
	r->method = copy(p, (size_t)(a - p));
	r->path = copy(a + 1, (size_t)(b - a - 1));
	r->close = b[8] == '0';
	for (p = eol + 2; p < end; p = eol + 2) {
		eol = memmem(p, (size_t)(end - p), "\r\n", 2);
		if (add_header(r, p, (size_t)(eol - p)) == -1)
			return 400;
	}
	return 0;
}

static void
find_model(struct request *r)
{
	jv m;

	if (r->body_len > 0)
		r->json = jv_parse_sized(r->body, (int)r->body_len);
	m = member(jv_copy(r->json), "model");
	if (jv_get_kind(m) == JV_KIND_STRING) {
		free(r->model);
		r->model = copy(jv_string_value(m), strlen(jv_string_value(m)));
	}
	jv_free(m);
}

int
request_parse(struct request *r, const struct buf *in)
{
	const char *end, *v;
	unsigned long long len = 0;
	int bad;

	*r = (struct request){ .headers = jv_object(), .json = jv_invalid(), .model = copy("", 0) };
	if (in->len == 0)
		return 0;
	if ((end = memmem(in->p, in->len, "\r\n\r\n", 4)) == NULL)
		return in->len > HEAD_MAX ? 431 : 0;
	if ((bad = parse_head(r, in->p, end + 2)) != 0)
		return bad;
	if ((v = header(r, "connection")) != NULL)
		r->close = strcasecmp(v, "close") == 0;
	if (header(r, "transfer-encoding") != NULL)
		return 411;
	if ((v = header(r, "content-length")) != NULL)
		len = strtoull(v, NULL, 10);
	if (len > BODY_MAX)
		return 413;
	v = header(r, "expect");
	r->expects = v != NULL && strcasecmp(v, "100-continue") == 0;
	r->body = end + 4;
	r->body_at = (size_t)(r->body - in->p);
	r->body_len = (size_t)len;
	if (in->len - r->body_at < r->body_len)
		return 0;
	find_model(r);
	return 1;
}

void
request_free(struct request *r)
{
	free(r->method);
	free(r->path);
	free(r->model);
	jv_free(r->headers);
	jv_free(r->json);
	*r = (struct request){ 0 };
}

jv
request_tool(const struct request *r, const char *name)
{
	jv tools = member(jv_copy(r->json), "tools"), found = jv_invalid();

	if (jv_get_kind(tools) != JV_KIND_ARRAY) {
		jv_free(tools);
		return found;
	}
	jv_array_foreach(tools, i, tool) {
		jv f = member(tool, "function"), v = member(jv_copy(f), "name");

		if (jv_get_kind(v) == JV_KIND_STRING && strcmp(jv_string_value(v), name) == 0 &&
		    !jv_is_valid(found)) {
			found = member(jv_copy(f), "parameters");
			if (!jv_is_valid(found)) {
				jv_free(found);
				found = jv_object();
			}
		}
		jv_free(v);
		jv_free(f);
	}
	jv_free(tools);
	return found;
}

/* A header that carries a key: all but its scheme is masked. */
static jv
masked(const char *value)
{
	const char *sp = strchr(value, ' ');
	jv v = sp == NULL ? jv_string("") : jv_string_sized(value, (int)(sp + 1 - value));

	return jv_string_append_str(v, "***");
}

static bool
holds(const char *p, size_t n, const char *key)
{
	return memmem(p, n, key, strlen(key)) != NULL;
}

static jv
safe_headers(const struct request *r, const char *key, bool *ok, bool *leak)
{
	static const char *const secret[] = {
		"authorization", "api-key", "x-api-key", "x-goog-api-key", NULL
	};
	jv h = jv_copy(r->headers);
	int i;

	for (i = 0; secret[i] != NULL; i++) {
		const char *v = header(r, secret[i]), *sp;

		if (v == NULL)
			continue;
		sp = strchr(v, ' ');
		if (key != NULL && strcmp(sp != NULL ? sp + 1 : v, key) == 0)
			*ok = true;
		h = jv_object_set(h, jv_string(secret[i]), masked(v));
	}
	if (key != NULL) {
		jv s = jv_dump_string(jv_copy(h), 0);

		*leak = holds(jv_string_value(s), strlen(jv_string_value(s)), key) ||
		    holds(r->path, strlen(r->path), key) || holds(r->body, r->body_len, key);
		jv_free(s);
	}
	return h;
}

static jv
with(jv o, const char *name, jv v)
{
	return jv_object_set(o, jv_string(name), v);
}

void
request_log(int fd, const struct request *r, const char *key, const char *rule, int64_t ms)
{
	bool ok = false, leak = false;
	jv o = jv_object(), head, body;
	struct buf line = { 0 };

	o = with(o, "headers", safe_headers(r, key, &ok, &leak));
	o = with(o, "key_ok", key == NULL ? jv_null() : jv_bool(ok));
	o = with(o, "key_elsewhere", key == NULL ? jv_null() : jv_bool(leak));
	o = with(o, "n", jv_number((double)r->n));
	o = with(o, "nth", jv_number((double)r->nth));
	o = with(o, "conn", jv_number(r->conn));
	o = with(o, "t_ms", jv_number((double)ms));
	o = with(o, "model", jv_string(r->model));
	o = with(o, "method", jv_string(r->method));
	o = with(o, "path", jv_string(r->path));
	o = with(o, "rule", rule == NULL ? jv_null() : jv_string(rule));
	head = jv_dump_string(o, JV_PRINT_SORTED);
	/* libjq takes 30 ns a byte to quote; it only makes the body valid UTF-8 */
	body = jv_string_sized(r->body, (int)r->body_len);
	buf_str(&line, jv_string_value(head));
	line.len--;			/* its closing brace */
	buf_str(&line, ",\"body\":");
	buf_quote(&line, jv_string_value(body), (size_t)jv_string_length_bytes(jv_copy(body)));
	buf_str(&line, "}\n");
	if (write(fd, line.p, line.len) != (ssize_t)line.len)
		_exit(4);		/* a test without its log would pass for nothing */
	buf_free(&line);
	jv_free(body);
	jv_free(head);
}
