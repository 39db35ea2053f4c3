/* draw.c - chunks as lines for people.
 * SPDX-License-Identifier: MIT */
#include "draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/mem.h"

#define WRAP 80		/* streamed text is broken at blanks about here */

/* Characters that could drive a terminal, or make text read as what it is not:
 * C0, DEL, C1, and the marks that turn the direction of writing. */
static size_t
unsafe(const unsigned char *p, size_t left)
{
	if (*p < 0x20 || *p == 0x7f)
		return 1;
	if (left >= 2 && p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
		return 2;
	if (left >= 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae)
		return 3;
	if (left >= 3 && p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
		return 3;
	return 0;
}

/* Adds text on one line: white space as a blank, what is unsafe as a question mark. */
static void
add_plain(struct mg_buf *b, const char *p, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i += k > 0 ? k : 1) {
		k = unsafe((const unsigned char *)p + i, n - i);
		if (p[i] == '\n' || p[i] == '\t' || (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n'))
			mg_buf_addc(b, ' ');
		else
			mg_buf_addc(b, k > 0 ? '?' : p[i]);
	}
}

static void
add(struct mg_buf *b, const char *text)
{
	add_plain(b, text, strlen(text));
}

/* The bytes of p that width columns take, a character being a column. */
static size_t
columns(const char *p, size_t n, size_t width)
{
	size_t i, col = 0;

	for (i = 0; i < n; i++)
		if (((unsigned char)p[i] & 0xc0) != 0x80 && col++ == width)
			break;
	return i;
}

/* A color for each source, the same in every run. */
static int
color_of(struct mg_span source)
{
	static const int colors[] = { 31, 32, 33, 34, 35, 36, 91, 92, 93, 94, 95, 96 };
	unsigned h = 5381;
	size_t i;

	for (i = 0; i < source.n; i++)
		h = h * 33 + (unsigned char)source.p[i];
	return colors[h % (sizeof colors / sizeof *colors)];
}

static void
print_line(const struct draw *d, struct mg_span source, const char *sep, const char *text, size_t n)
{
	struct mg_buf b = MG_BUF((size_t)-2), who = MG_BUF((size_t)-2);
	size_t used, room;

	add_plain(&who, source.p, source.n);
	add_plain(&b, text, n);
	used = who.len + strlen(sep);
	room = d->width > used + 8 ? d->width - used : 8;
	if (d->width > 0 && columns(b.p, b.len, room) < b.len) {
		b.len = columns(b.p, b.len, room - 3);
		mg_buf_adds(&b, "...");
	}
	if (d->color)
		printf("\033[%dm%s\033[0m%s", color_of(source), mg_buf_str(&who), sep);
	else
		printf("%s%s", mg_buf_str(&who), sep);
	fwrite(mg_buf_str(&b), 1, b.len, stdout);
	putchar('\n');
	mg_buf_free(&b);
	mg_buf_free(&who);
}

static void
print_said(const struct draw *d, const struct stream *s, size_t n)
{
	struct draw whole = *d;

	whole.width = 0;	/* it has been broken already */
	print_line(&whole, (struct mg_span){ s->source, strlen(s->source) }, s->thinks ? "  ~ " : "  | ",
	    mg_buf_str(&s->text), n);
}

/* Where the text can be broken: after a newline (*skip 1), at a blank before
 * the width, or hard; 0: it is not a full line yet. */
static size_t
break_at(const struct mg_buf *t, size_t *skip)
{
	const char *nl = memchr(mg_buf_str(t), '\n', t->len);
	size_t full = columns(mg_buf_str(t), t->len, WRAP), i;

	*skip = 1;
	if (nl != NULL && (size_t)(nl - t->p) <= full)
		return (size_t)(nl - t->p) + 1;
	if (full == t->len)
		return 0;
	for (i = full; i > 0; i--)
		if (t->p[i] == ' ')
			return i + 1;
	*skip = 0;
	return full;
}

static void
flush_lines(const struct draw *d, struct stream *s)
{
	size_t n, skip;

	while ((n = break_at(&s->text, &skip)) > 0) {
		print_said(d, s, n - skip);
		mg_buf_drop(&s->text, n);
	}
}

static void
flush_rest(const struct draw *d, struct stream *s)
{
	if (s->text.len > 0)
		print_said(d, s, s->text.len);
	mg_buf_clear(&s->text);
}

static struct stream *
stream_of(struct draw *d, struct mg_span source)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (mg_span_is(source, d->stream[i].source))
			return &d->stream[i];
	d->stream = mg_grow(d->stream, d->n, &d->cap, sizeof *d->stream);
	d->stream[d->n] = (struct stream){ mg_memdup(source.p, source.n), 0, MG_BUF((size_t)-2) };
	return &d->stream[d->n++];
}

static void
draw_stream(struct draw *d, const struct mg_chunk *c)
{
	struct stream *s = stream_of(d, c->source);
	jv content = mg_chunk_value(c, "content");

	if (s->thinks != (c->type == MG_REASONING))
		flush_rest(d, s);
	s->thinks = c->type == MG_REASONING;
	mg_content_text(&s->text, content);
	jv_free(content);
	flush_lines(d, s);
}

/* A member as text: strings as they are, lists of parts as their text, the rest as JSON. */
static void
add_member(struct mg_buf *b, const char *before, const struct mg_chunk *c, const char *name)
{
	struct mg_buf t = MG_BUF((size_t)-2);
	jv v = mg_chunk_value(c, name);

	if (jv_is_valid(v) && jv_get_kind(v) != JV_KIND_NULL) {
		add(b, before);
		if (jv_get_kind(v) == JV_KIND_STRING || strcmp(name, "content") == 0)
			mg_content_text(&t, v);
		else
			mg_json_add(&t, jv_copy(v));
		add_plain(b, mg_buf_str(&t), t.len);
	}
	mg_buf_free(&t);
	jv_free(v);
}

static void
add_agent(struct mg_buf *b, const struct mg_chunk *c)
{
	jv backend = mg_chunk_value(c, "backend"), command = mg_jv_get(backend, "command");

	add(b, "agent  ");
	add(b, mg_jv_str(backend, "type", "?"));
	if (mg_jv_str(backend, "model", NULL) != NULL) {
		add(b, " ");
		add(b, mg_jv_str(backend, "model", ""));
	}
	if (jv_get_kind(command) == JV_KIND_ARRAY)
		jv_array_foreach(command, i, word) {
			add(b, i == 0 ? ": " : " ");
			if (jv_get_kind(word) == JV_KIND_STRING)
				add(b, jv_string_value(word));
			jv_free(word);
		}
	jv_free(command);
	jv_free(backend);
	add_member(b, "; ", c, "system_message");
}

static void
add_decision(struct mg_buf *b, const struct mg_chunk *c)
{
	jv winner = mg_chunk_value(c, "winner");

	add(b, "decision  ");
	if (jv_get_kind(winner) == JV_KIND_STRING)
		add_member(b, "", c, "winner");
	else
		add(b, "nobody won");
	jv_free(winner);
	add_member(b, " with ", c, "answer");
	add_member(b, ", rule ", c, "rule");
	add_member(b, ", votes ", c, "count");
	if (mg_chunk_true(c, "tie"))
		add(b, ", a tie");
}

static void
add_usage(struct mg_buf *b, const struct mg_chunk *c)
{
	add_member(b, "usage  ", c, "model");
	add_member(b, ", in ", c, "input_tokens");
	add_member(b, ", out ", c, "output_tokens");
	add_member(b, ", cached ", c, "cached_tokens");
	add_member(b, ", reasoning ", c, "reasoning_tokens");
	add_member(b, ", USD ", c, "cost_usd");
}

/* Which members of a type are shown, with what before each. */
static const struct {
	enum mg_type	 type;
	const char	*shown[8];	/* before, member, ... */
} rows[] = {
	{ MG_TASK, { "task  ", "content" } },
	{ MG_MESSAGE, { "", "role", ": ", "content" } },
	{ MG_TOOLS, { "tools  ", "tools" } },
	{ MG_TOOL_CALL, { "calls ", "name", " ", "arguments" } },
	{ MG_TOOL_RESULT, { "result  ", "content" } },
	{ MG_MEDIA, { "media ", "id", " ", "mime", ", piece ", "seq" } },
	{ MG_ANSWER, { "answer ", "label", "  ", "content" } },
	{ MG_VOTE, { "votes for ", "for", "  ", "reason" } },
	{ MG_ASK, { "asks ", "to", "  ", "content" } },
	{ MG_FINAL, { "final  ", "content", "  (degraded: ", "degraded" } },
	{ MG_STATUS, { "", "status", "  ", "detail" } },
	{ MG_ERROR, { "error  ", "message", "  ", "code" } },
};

static void
add_event(struct mg_buf *b, const struct mg_chunk *c)
{
	size_t i, k;

	if (c->type == MG_AGENT)
		add_agent(b, c);
	else if (c->type == MG_DECISION)
		add_decision(b, c);
	else if (c->type == MG_USED)
		add_usage(b, c);
	else if (c->type == MG_UNKNOWN)
		add_plain(b, c->type_name.p, c->type_name.n);
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		for (k = 0; rows[i].type == c->type && k < 8 && rows[i].shown[k] != NULL; k += 2)
			add_member(b, rows[i].shown[k], c, rows[i].shown[k + 1]);
	if (c->type == MG_FINAL && mg_chunk_raw(c, "degraded").p != NULL)
		mg_buf_addc(b, ')');
	if (c->type == MG_TOOL_RESULT && mg_chunk_true(c, "is_error"))
		mg_buf_adds(b, "  (an error)");
}

void
draw_chunk(struct draw *d, const struct mg_chunk *c)
{
	struct mg_buf b = MG_BUF((size_t)-2);

	if (c->type == MG_CONTENT || c->type == MG_REASONING) {
		draw_stream(d, c);
		return;
	}
	flush_rest(d, stream_of(d, c->source));
	if (c->type == MG_DONE)
		return;		/* the end of a turn: what it said has been printed */
	add_event(&b, c);
	print_line(d, c->source, "  ", mg_buf_str(&b), b.len);
	mg_buf_free(&b);
}

void
draw_end(struct draw *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		flush_rest(d, &d->stream[i]);
		mg_buf_free(&d->stream[i].text);
		free(d->stream[i].source);
	}
	free(d->stream);
}
