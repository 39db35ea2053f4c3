/* jsonat.c - where a value stands in JSON text: libjq would give it in other bytes.
 * SPDX-License-Identifier: MIT
 *
 * The text was accepted by a parser already; whatever is odd here just ends the search. */
#include <string.h>

#include "model/slots.h"

static const char *
blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : end;
}

/* Behind the value that begins at p. */
static const char *
skip_value(const char *p, const char *end)
{
	size_t depth = 0;

	do {
		p = blank(p, end);
		if (p >= end)
			return end;
		if (*p == '"') {
			p = skip_string(p, end);
		} else if (*p == '{' || *p == '[') {
			depth++;
			p++;
		} else if (*p == '}' || *p == ']') {
			if (depth > 0)
				depth--;
			p++;
		} else if (*p == ',' || *p == ':') {
			p++;
		} else {
			p++;
			while (p < end && strchr(",:]}[{\" \t\r\n", *p) == NULL)
				p++;
		}
	} while (depth > 0);
	return p;
}

/* The value of a member of the object, or of an element of the array, at p; NULL: none. */
static const char *
step(const char *p, const char *end, const char *name, long position)
{
	char open = *p;
	size_t n = name != NULL ? strlen(name) : 0;
	const char *k;
	long i;

	if (open != (name != NULL ? '{' : '['))
		return NULL;
	p = blank(p + 1, end);
	for (i = 0; p < end && *p != '}' && *p != ']'; i++) {
		k = p;
		if (open == '{') {
			p = blank(skip_string(p, end), end);
			if (p >= end || *p != ':')
				return NULL;
			if ((size_t)(p - k) >= n + 2 && memcmp(k + 1, name, n) == 0 && k[n + 1] == '"')
				return blank(p + 1, end);
			p = blank(p + 1, end);
		} else if (i == position) {
			return p;
		}
		p = blank(skip_value(p, end), end);
		if (p < end && *p == ',')
			p = blank(p + 1, end);
	}
	return NULL;
}

struct mg_span
mg_json_at(struct mg_span json, jv path)
{
	const char *end = json.p + json.n, *p = blank(json.p, end);

	jv_array_foreach(path, i, key) {
		if (p != NULL && p < end)
			p = step(p, end, jv_get_kind(key) == JV_KIND_STRING ? jv_string_value(key) : NULL,
			    jv_get_kind(key) == JV_KIND_NUMBER ? (long)jv_number_value(key) : -1);
		jv_free(key);
	}
	if (p == NULL || p >= end)
		return (struct mg_span){ NULL, 0 };
	return (struct mg_span){ p, (size_t)(skip_value(p, end) - p) };
}
