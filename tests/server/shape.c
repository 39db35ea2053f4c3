/* How a family of providers writes a stream: templates, and what fills them.
 * SPDX-License-Identifier: MIT
 *
 * $name stands for a value.  Another family is another row of templates. */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "testd.h"

#define CHAT(delta) "data: {$head,\"choices\":[{\"index\":0,\"delta\":{" delta \
	"},\"finish_reason\":null}]}\n\n"

struct shape {
	const char *path;
	const char *head, *start, *text, *think, *refusal, *call, *args, *finish, *usage, *done;
	const char *whole, *whole_call;
};

static const struct shape shapes[] = {
	{
	.path = "*/chat/completions",
	.head = "\"id\":\"chatcmpl-$n\",\"object\":\"chat.completion.chunk\","
	    "\"created\":1790000000,\"model\":$model",
	.start = CHAT("\"role\":\"assistant\",\"content\":\"\""),
	.text = CHAT("\"content\":$text"),
	.think = CHAT("\"reasoning_content\":$text"),
	.refusal = CHAT("\"refusal\":$text"),
	.call = CHAT("\"tool_calls\":[{$index$callid\"type\":\"function\",\"function\":"
	    "{\"name\":$name,\"arguments\":$text}}]"),
	.args = CHAT("\"tool_calls\":[{$index\"function\":{\"arguments\":$text}}]"),
	.finish = "data: {$head,\"choices\":[{\"index\":0,\"delta\":{},"
	    "\"finish_reason\":\"$finish\"}]}\n\n",
	.usage = "data: {$head,\"choices\":[],\"usage\":{\"prompt_tokens\":$in,"
	    "\"completion_tokens\":$out,\"total_tokens\":$total}}\n\n",
	.done = "data: [DONE]\n\n",
	.whole = "{\"id\":\"chatcmpl-$n\",\"object\":\"chat.completion\",\"created\":1790000000,"
	    "\"model\":$model,\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
	    "\"content\":$text,\"reasoning_content\":$think,\"tool_calls\":[$calls]},"
	    "\"finish_reason\":\"$finish\"}],\"usage\":{\"prompt_tokens\":$in,"
	    "\"completion_tokens\":$out,\"total_tokens\":$total}}\n",
	.whole_call = "{$callid\"type\":\"function\",\"function\":"
	    "{\"name\":$name,\"arguments\":$text}}",
	},
};

/* What the templates name, in the order of these words. */
enum { HEAD, N, MODEL, TEXT, THINK, NAME, INDEX, CALLID, CALLS, FINISH, IN, OUT, TOTAL };
static const char *const names[STREAM_VALUES] = { "head", "n", "model", "text", "think", "name",
	"index", "callid", "calls", "finish", "in", "out", "total" };

static void
fill(const struct stream *s, struct buf *b, const char *t)
{
	const char *dollar;
	size_t n, i;

	for (; (dollar = strchr(t, '$')) != NULL; t = dollar + 1 + n) {
		buf_add(b, t, (size_t)(dollar - t));
		for (n = 0; islower((unsigned char)dollar[1 + n]); n++)
			;
		for (i = 0; i < STREAM_VALUES; i++)
			if (strlen(names[i]) == n && memcmp(names[i], dollar + 1, n) == 0)
				buf_add(b, s->value[i].p, s->value[i].len);
	}
	buf_str(b, t);
}

static void
set(struct stream *s, int value, const char *text)
{
	s->value[value].len = 0;
	buf_str(&s->value[value], text);
}

static void
set_number(struct stream *s, int value, long n)
{
	s->value[value].len = 0;
	buf_fmt(&s->value[value], "%ld", n);
}

static void
set_quoted(struct stream *s, int value, const char *p, size_t n)
{
	s->value[value].len = 0;
	buf_quote(&s->value[value], p, n);
}

const struct shape *
shape_find(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		if (fnmatch(shapes[i].path, path, 0) == 0)
			return &shapes[i];
	return NULL;
}

void
stream_init(struct stream *s, const struct request *req, struct body *body,
    const struct style *style)
{
	*s = (struct stream){ .req = req, .body = body, .style = *style };
	if ((s->shape = shape_find(req->path)) == NULL)
		s->shape = &shapes[0];	/* a script may play it on any path */
	set_number(s, N, req->n);
	set_quoted(s, MODEL, req->model, strlen(req->model));
	fill(s, &s->value[HEAD], s->shape->head);
}

static void
begin(struct stream *s)
{
	if (!s->open && !s->style.whole)
		fill(s, &s->body->b, s->shape->start);
	s->open = true;
}

/* One event with a text in it. */
static void
delta(struct stream *s, const char *template, const char *p, size_t n)
{
	set_quoted(s, TEXT, p, n);
	fill(s, &s->body->b, template);
	s->ndelta++;
}

/* Length of the next of so many pieces, at least one byte and never inside a
 * character.  0 pieces: a word with the blank behind it. */
static size_t
piece_len(const char *p, size_t n, long pieces)
{
	size_t k = 0;

	if (pieces > 0)
		k = (n + (size_t)pieces - 1) / (size_t)pieces;
	else {
		while (k < n && p[k] != ' ' && p[k] != '\n')
			k++;
		k++;
	}
	while (k < n && ((unsigned char)p[k] & 0xC0) == 0x80)
		k++;
	return k < n ? k : n;
}

void
stream_say(struct stream *s, enum verb kind, const char *p, size_t n)
{
	const char *t = kind == V_THINK ? s->shape->think :
	    kind == V_REFUSAL ? s->shape->refusal : s->shape->text;
	long left = s->style.pieces;
	size_t k;

	begin(s);
	if (s->style.whole) {
		buf_add(kind == V_THINK ? &s->think : &s->text, p, n);
		return;
	}
	for (; n > 0; p += k, n -= k) {
		k = piece_len(p, n, left > 1 ? left-- : left);
		delta(s, t, p, k);
	}
}

void
stream_call(struct stream *s, const char *name, const char *id, const char *args, size_t n)
{
	struct buf *b = s->style.whole ? &s->calls : &s->body->b;
	size_t k = s->style.whole || s->style.whole_call ? n : 0;
	long left = s->style.args > 0 ? s->style.args : 4;

	begin(s);
	set_quoted(s, NAME, name, strlen(name));
	set(s, CALLID, "");
	if (!s->style.no_id) {
		buf_str(&s->value[CALLID], "\"id\":");
		if (strcmp(id, "-") == 0)
			buf_fmt(&s->value[CALLID], "\"call_%ld_%ld\"", s->req->n, s->ncall);
		else
			buf_quote(&s->value[CALLID], id, strlen(id));
		buf_str(&s->value[CALLID], ",");
	}
	set(s, INDEX, "");
	if (!s->style.no_index)
		buf_fmt(&s->value[INDEX], "\"index\":%ld,", s->ncall);
	if (s->ncall++ > 0 && s->style.whole)
		buf_str(b, ",");
	set_quoted(s, TEXT, args, k);
	fill(s, b, s->style.whole ? s->shape->whole_call : s->shape->call);
	for (args += k, n -= k; n > 0; args += k, n -= k) {
		k = piece_len(args, n, left > 1 ? left-- : left);
		delta(s, s->shape->args, args, k);
	}
}

/* The same bytes many times are stored once: a block that is sent again. */
void
stream_tokens(struct stream *s, long n)
{
	long block = s->style.single ? 1 : 256, times = n == -1 ? -1 : n / block, i;
	struct body *b = s->body;

	begin(s);
	if (s->style.whole) {
		for (i = 0; i < n; i++)
			buf_str(&s->text, "tok ");
		return;
	}
	if (times == -1 || times > 1) {
		piece_mark(&b->piece, &b->npiece, b->b.len, 0, 1);
		for (i = 0; i < block; i++)
			delta(s, s->shape->text, "tok ", 4);
		piece_mark(&b->piece, &b->npiece, b->b.len, s->style.gap_ms, times);
		s->ndelta += times == -1 ? 0 : (times - 1) * block;
		n = times == -1 ? 0 : n % block;
	}
	for (i = 0; i < n; i++)
		delta(s, s->shape->text, "tok ", 4);
}

static void
set_message(struct stream *s, int value, struct buf *text)
{
	if (text->len > 0)
		set_quoted(s, value, text->p, text->len);
	else
		set(s, value, "null");
	buf_free(text);
}

void
stream_close(struct stream *s)
{
	const struct style *y = &s->style;
	const char *finish = y->finish != NULL ? y->finish : s->ncall > 0 ? "tool_calls" : "stop";
	long in = y->usage ? y->usage_in : (long)s->req->body_len / 4 + 1;
	long out = y->usage ? y->usage_out : s->ndelta;
	jv asked = member(member(jv_copy(s->req->json), "stream_options"), "include_usage");
	struct buf *b = &s->body->b;
	int i;

	set(s, FINISH, finish);
	set_number(s, IN, in);
	set_number(s, OUT, out);
	set_number(s, TOTAL, in + out);
	if (y->whole && s->open) {
		set_message(s, TEXT, &s->text);
		set_message(s, THINK, &s->think);
		set(s, CALLS, s->calls.len > 0 ? s->calls.p : "");
		fill(s, b, s->shape->whole);
	} else if (s->open) {
		if (strcmp(finish, "none") != 0)
			fill(s, b, s->shape->finish);
		if (y->usage || (!y->no_usage && jv_get_kind(asked) == JV_KIND_TRUE))
			fill(s, b, s->shape->usage);
		if (!y->no_done)
			buf_str(b, s->shape->done);
	}
	jv_free(asked);
	buf_free(&s->calls);
	for (i = 0; i < STREAM_VALUES; i++)
		buf_free(&s->value[i]);
}
