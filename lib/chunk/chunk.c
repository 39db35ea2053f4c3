/* chunk.c - one line of a run: its head, and whether it keeps the rules.
 * SPDX-License-Identifier: MIT */
#include "chunk/chunk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/part.h"
#include "rt/mem.h"

static int
fault(struct mg_bad *b, const struct mg_chunk *c, const char *at, const char *why)
{
	*b = (struct mg_bad){ at != NULL ? (size_t)(at - c->line) : 0, why };
	return -1;
}

/* A head's value without its quotes; decoded into store where it has escapes. */
static int
head_text(struct mg_span raw, char store[MG_ID_MAX + 1], struct mg_span *out)
{
	struct mg_buf b = MG_BUF(MG_ID_MAX);
	int r = 0;

	if (raw.n < 2 || *raw.p != '"')
		return -1;
	*out = (struct mg_span){ raw.p + 1, raw.n - 2 };
	if (memchr(out->p, '\\', out->n) == NULL)
		return 0;
	if (out->n > 6 * (size_t)MG_ID_MAX)
		return -1;
	b.max = 6 * (size_t)MG_ID_MAX;
	mg_json_unquote(&b, raw.p, raw.n);
	if (b.len > MG_ID_MAX)
		r = -1;
	else
		memcpy(store, mg_buf_str(&b), b.len + 1);
	*out = (struct mg_span){ store, b.len };
	mg_buf_free(&b);
	return r;
}

/* Which of the three head names a key is, or -1.  A key may be escaped: a
 * router that looks at bytes and a parser must not read it differently. */
static int
head_name(struct mg_span key)
{
	static const char *const names[] = { "type", "source", "to" };
	struct mg_buf b = MG_BUF(64);
	char quoted[64];
	int i, found = -1;

	if (memchr(key.p, '\\', key.n) != NULL) {
		if (key.n > 40)
			return -1;
		quoted[0] = '"';
		memcpy(quoted + 1, key.p, key.n);
		quoted[key.n + 1] = '"';
		mg_json_unquote(&b, quoted, key.n + 2);
		key = (struct mg_span){ mg_buf_str(&b), b.len };
	}
	for (i = 0; i < 3; i++)
		if (mg_span_is(key, names[i]))
			found = i;
	mg_buf_free(&b);
	return found;
}

int
mg_chunk_read(struct mg_chunk *c, const char *line, size_t len, struct mg_bad *b)
{
	static const char *const twice[] = { "\"type\" stands twice", "\"source\" stands twice",
	    "\"to\" stands twice" };
	static const char *const kind[] = { "type must be a string of at most 255 bytes",
	    "source must be an id: a string of 1 to 255 bytes", "to must be an id: a string of 1 to 255 bytes" };
	struct mg_span *out[] = { &c->type_name, &c->source, &c->to };
	size_t i;
	int h, seen = 0;

	c->line = line;
	c->len = len;
	c->type_name = c->source = c->to = (struct mg_span){ NULL, 0 };
	if (mg_json_object(line, len, c->m, MG_MEMBERS, &c->count, b) == -1)
		return -1;
	if (c->count > MG_MEMBERS)
		return fault(b, c, NULL, "more than 48 members");
	for (i = 0; i < c->count; i++) {
		if ((h = head_name(c->m[i].key)) == -1)
			continue;
		if (seen & 1 << h)
			return fault(b, c, c->m[i].key.p, twice[h]);
		seen |= 1 << h;
		if (head_text(c->m[i].val, c->decoded[h], out[h]) == -1)
			return fault(b, c, c->m[i].val.p, kind[h]);
	}
	if (c->type_name.p == NULL)
		return fault(b, c, NULL, "type is missing");
	if (c->source.p == NULL)
		return fault(b, c, NULL, "source is missing");
	c->type = mg_type_of(c->type_name);
	return 0;
}

static unsigned
kind_of(struct mg_span v)
{
	switch (*v.p) {
	case '"':
		return MG_K_STR;
	case '{':
		return MG_K_OBJ;
	case '[':
		return MG_K_ARR;
	case 't':
	case 'f':
		return MG_K_BOOL;
	case 'n':
		return MG_K_NULL;
	default:
		return memchr(v.p, '.', v.n) != NULL || memchr(v.p, 'e', v.n) != NULL ||
		    memchr(v.p, 'E', v.n) != NULL ? MG_K_NUM : MG_K_NUM | MG_K_INT;
	}
}

static int
check_fields(const struct mg_chunk *c, const struct mg_field *f, struct mg_bad *b)
{
	static char why[128];	/* names the field; one message at a time */
	struct mg_span v;

	for (; f->name != NULL; f++) {
		v = mg_chunk_raw(c, f->name);
		if (v.p == NULL && !f->required)
			continue;
		if (v.p == NULL)
			snprintf(why, sizeof why, "%s is missing", f->name);
		else if (!(kind_of(v) & f->kinds))
			snprintf(why, sizeof why, "%s has the wrong kind of value", f->name);
		else
			continue;
		return fault(b, c, v.p, why);
	}
	return 0;
}

static int
check_label(const struct mg_chunk *c, struct mg_bad *b)
{
	size_t len, idlen;
	char *label = mg_chunk_str(c, "label", &len);
	long n;
	int ok = mg_label_split(label, len, &idlen, &n) == 0 && idlen == c->source.n &&
	    memcmp(label, c->source.p, idlen) == 0;

	free(label);
	if (!ok)
		return fault(b, c, mg_chunk_raw(c, "label").p,
		    "label must be the source, a dot and a number from 1");
	return 0;
}

/* seen: how many answers of each agent; nothing else makes sense in it. */
static int
check_seen(const struct mg_chunk *c, struct mg_bad *b)
{
	jv seen = mg_chunk_value(c, "seen");
	int ok = jv_get_kind(seen) == JV_KIND_OBJECT;

	if (ok)
		jv_object_foreach(seen, k, v) {
			if (jv_get_kind(v) != JV_KIND_NUMBER || jv_number_value(v) < 0 ||
			    jv_number_value(v) != (double)(long)jv_number_value(v))
				ok = 0;
			jv_free(k);
			jv_free(v);
		}
	jv_free(seen);
	return ok ? 0 : fault(b, c, mg_chunk_raw(c, "seen").p, "seen must map ids to whole numbers from 0");
}

int
mg_chunk_check(const struct mg_chunk *c, struct mg_bad *b)
{
	if (!mg_id_ok(c->source.p, c->source.n))
		return fault(b, c, mg_chunk_raw(c, "source").p, "source must be an id: 1 to 255 bytes, no control characters");
	if (c->to.p != NULL && !mg_id_ok(c->to.p, c->to.n))
		return fault(b, c, mg_chunk_raw(c, "to").p, "to must be an id: 1 to 255 bytes, no control characters");
	if (check_fields(c, mg_any_fields, b) == -1 ||
	    check_fields(c, mg_types[c->type].fields, b) == -1)
		return -1;
	if ((mg_types[c->type].flags & MG_STREAMS) && c->len >= MG_STREAM_MAX)
		return fault(b, c, NULL, "a streamed line is at most 1 MiB long");
	if (c->type == MG_ANSWER && check_label(c, b) == -1)
		return -1;
	if ((c->type == MG_ANSWER || c->type == MG_VOTE) && check_seen(c, b) == -1)
		return -1;
	return mg_parts_check(c, b);
}

int
mg_chunk_peek(const char *line, size_t len, struct mg_span *type, struct mg_span *source)
{
	static const char t[] = "{\"type\":\"", s[] = "\",\"source\":\"";
	const char *end = line + len, *p = line + sizeof t - 1, *q;
	size_t room = len < 600 ? len : 600;	/* a head is short */

	if (len < sizeof t - 1 || memcmp(line, t, sizeof t - 1) != 0)
		return 0;
	if ((q = memchr(p, '"', room - (sizeof t - 1))) == NULL ||
	    (size_t)(end - q) < sizeof s - 1 || memcmp(q, s, sizeof s - 1) != 0)
		return 0;
	*type = (struct mg_span){ p, (size_t)(q - p) };
	p = q + sizeof s - 1;
	room = (size_t)(end - p) < 600 ? (size_t)(end - p) : 600;
	if ((q = memchr(p, '"', room)) == NULL)
		return 0;
	*source = (struct mg_span){ p, (size_t)(q - p) };
	return memchr(type->p, '\\', type->n) == NULL && memchr(source->p, '\\', source->n) == NULL;
}

struct mg_span
mg_chunk_raw(const struct mg_chunk *c, const char *name)
{
	size_t i;

	for (i = c->count; i-- > 0; )
		if (mg_span_is(c->m[i].key, name))
			return c->m[i].val;
	return (struct mg_span){ NULL, 0 };
}

jv
mg_chunk_value(const struct mg_chunk *c, const char *name)
{
	struct mg_span v = mg_chunk_raw(c, name);

	return v.p != NULL ? mg_json_value(v) : jv_invalid();
}

char *
mg_chunk_str(const struct mg_chunk *c, const char *name, size_t *len)
{
	struct mg_span v = mg_chunk_raw(c, name);
	struct mg_buf b = MG_BUF((size_t)-2);

	if (v.p == NULL || *v.p != '"')
		return NULL;
	mg_json_unquote(&b, v.p, v.n);
	return mg_buf_take(&b, len);
}

long
mg_chunk_int(const struct mg_chunk *c, const char *name, long absent)
{
	struct mg_span v = mg_chunk_raw(c, name);
	char text[24], *end;
	long n;

	if (v.p == NULL || v.n >= sizeof text || !(kind_of(v) & MG_K_INT))
		return absent;
	memcpy(text, v.p, v.n);
	text[v.n] = '\0';
	n = strtol(text, &end, 10);
	return *end == '\0' ? n : absent;
}

int
mg_chunk_true(const struct mg_chunk *c, const char *name)
{
	return mg_span_is(mg_chunk_raw(c, name), "true");
}

int
mg_id_ok(const char *p, size_t n)
{
	size_t i;

	if (n < 1 || n > MG_ID_MAX)
		return 0;
	for (i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			return 0;
	return 1;
}

int
mg_label_split(const char *label, size_t len, size_t *idlen, long *number)
{
	size_t i = len;
	long n = 0;

	while (i > 0 && label[i - 1] >= '0' && label[i - 1] <= '9')
		i--;
	if (i == len || i < 2 || label[i - 1] != '.' || label[i] == '0' || len - i > 9)
		return -1;
	*idlen = i - 1;
	for (; i < len; i++)
		n = n * 10 + (label[i] - '0');
	*number = n;
	return mg_id_ok(label, *idlen) ? 0 : -1;
}

/* One part of a list: its text, or a mark that says what stands there. */
static void
part_text(struct mg_buf *b, jv part)
{
	const char *type = mg_jv_str(part, "type", "");
	jv text = mg_jv_get(part, "text");

	if (jv_get_kind(text) == JV_KIND_STRING)
		mg_buf_add(b, jv_string_value(text), (size_t)jv_string_length_bytes(jv_copy(text)));
	else
		mg_buf_printf(b, "[%s%s%s]", *type != '\0' ? type : "part",
		    *mg_jv_str(part, "name", "") != '\0' ? ": " : "", mg_jv_str(part, "name", ""));
	jv_free(text);
}

void
mg_content_text(struct mg_buf *b, jv content)
{
	int i, n;

	if (jv_get_kind(content) == JV_KIND_STRING) {
		mg_buf_add(b, jv_string_value(content),
		    (size_t)jv_string_length_bytes(jv_copy(content)));
	} else if (jv_get_kind(content) == JV_KIND_ARRAY) {
		n = jv_array_length(jv_copy(content));
		for (i = 0; i < n; i++) {
			jv part = jv_array_get(jv_copy(content), i);
			if (i > 0)
				mg_buf_addc(b, '\n');
			part_text(b, part);
			jv_free(part);
		}
	}
}
