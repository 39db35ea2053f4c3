/* value.c - the border to libjq's values.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "chunk/json.h"

void
mg_json_add(struct mg_buf *b, jv v)
{
	jv s = jv_dump_string(v, 0);

	mg_buf_add(b, jv_string_value(s), (size_t)jv_string_length_bytes(jv_copy(s)));
	jv_free(s);
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
	return jv_parse_sized(s.p, (int)s.n);
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
