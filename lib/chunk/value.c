/* value.c - the border to libjq's values.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "chunk/json.h"

void
mg_json_add(struct mg_buf *b, jv v)
{
	jv s = jv_dump_string(v, 0);

	mg_buf_add(b, jv_string_value(s), (size_t)jv_string_length_bytes(jv_copy(s)));
	jv_free(s);
}

/* The code unit of the \uXXXX at p, 0 where none stands there. */
static unsigned long
unit(const char *p, const char *end)
{
	char hex[5] = "";

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return 0;
	memcpy(hex, p + 2, 4);
	return strtoul(hex, NULL, 16);
}

/* Checked text in which a half of a surrogate pair that stands alone is U+FFFD:
 * it is JSON, and peers whose strings are UTF-16 write it, but libjq refuses it. */
static jv
without_halves(struct mg_span s)
{
	struct mg_buf b = MG_BUF((size_t)-2);
	const char *p = s.p, *end = s.p + s.n, *slash;
	unsigned long c, d;
	size_t n;
	jv v;

	while ((slash = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		mg_buf_add(&b, p, (size_t)(slash - p));
		p = slash;
		c = unit(p, end);
		d = c >= 0xd800 && c < 0xdc00 ? unit(p + 6, end) : 0;
		n = d >= 0xdc00 && d <= 0xdfff ? 12 : c >= 0xd800 && c <= 0xdfff ? 6 : end - p >= 2 ? 2 : 1;
		if (n == 6)
			mg_buf_adds(&b, "\\ufffd");
		else
			mg_buf_add(&b, p, n);
		p += n;
	}
	mg_buf_add(&b, p, (size_t)(end - p));
	v = jv_parse_sized(mg_buf_str(&b), (int)b.len);
	mg_buf_free(&b);
	return v;
}

jv
mg_json_value(struct mg_span s)
{
	struct mg_buf b = MG_BUF((size_t)-2);
	jv v;

	if (s.n == 0)
		return jv_invalid();
	if (*s.p == '"') {	/* most are strings: no parser needed */
		mg_json_unquote(&b, s.p, s.n);
		v = jv_string_sized(mg_buf_str(&b), (int)b.len);
		mg_buf_free(&b);
		return v;
	}
	if (jv_is_valid(v = jv_parse_sized(s.p, (int)s.n)))
		return v;
	jv_free(v);
	return without_halves(s);
}

jv
mg_jv_get(jv o, const char *key)
{
	if (jv_get_kind(o) != JV_KIND_OBJECT)
		return jv_invalid();
	return jv_object_get(jv_copy(o), jv_string(key));
}

const char *
mg_jv_str(jv o, const char *key, const char *absent)
{
	jv v = mg_jv_get(o, key);
	const char *s = jv_get_kind(v) == JV_KIND_STRING ? jv_string_value(v) : absent;

	jv_free(v);	/* o still holds it */
	return s;
}

double
mg_jv_num(jv o, const char *key, double absent)
{
	jv v = mg_jv_get(o, key);
	double d = jv_get_kind(v) == JV_KIND_NUMBER ? jv_number_value(v) : absent;

	jv_free(v);
	return d;
}

int
mg_jv_true(jv o, const char *key, int absent)
{
	jv v = mg_jv_get(o, key);
	int t = jv_get_kind(v) == JV_KIND_TRUE ? 1 : jv_get_kind(v) == JV_KIND_FALSE ? 0 : absent;

	jv_free(v);
	return t;
}
