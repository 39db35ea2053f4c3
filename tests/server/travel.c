/* How a body travels: coding, splits, damage, and the HTTP around it.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zlib.h>

#include "testd.h"

static void
add_header(struct travel *t, const char *name, const char *value)
{
	buf_fmt(&t->headers, "%s: %s\r\n", name, value);
}

static void
add_date(struct travel *t, long seconds)
{
	time_t when = time(NULL) + seconds;
	struct tm tm;
	char date[64];

	gmtime_r(&when, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	add_header(t, "Retry-After", date);
}

static void
read_style(struct style *y, const struct op *op, const long num[2])
{
	switch (op->verb) {
	case V_FINISH: y->finish = op->arg[0]; break;
	case V_ERROR:			/* nothing good comes after it */
		y->finish = "none";
		y->no_done = y->no_usage = true;
		break;
	case V_NODONE: y->no_done = true; break;
	case V_USAGE:
		y->usage = true;
		y->usage_in = num[0];
		y->usage_out = num[1];
		break;
	case V_NOUSAGE: y->no_usage = true; break;
	case V_ARGS: y->args = num[0]; break;
	case V_PIECES: y->pieces = num[0]; break;
	case V_BIG: y->pieces = 1; break;
	case V_NOINDEX: y->no_index = true; break;
	case V_NOID: y->no_id = true; break;
	case V_WHOLECALL: y->whole_call = true; break;
	case V_WHOLE: y->whole = true; break;
	case V_EACH: y->single = true; break;
	case V_GAP:
		y->single = true;
		y->gap_ms = (unsigned)num[0];
		break;
	default: break;
	}
}

static void
read_http(struct travel *t, const struct op *op, const long num[2])
{
	switch (op->verb) {
	case V_STATUS: t->status = (int)num[0]; break;
	case V_CODE: t->code = op->arg[0]; break;
	case V_HEADER: add_header(t, op->arg[0], op->arg[1]); break;
	case V_RETRY: add_header(t, "Retry-After", op->arg[0]); break;
	case V_RETRYMS: add_header(t, "retry-after-ms", op->arg[0]); break;
	case V_RETRYDATE: add_date(t, num[0]); break;
	case V_REDIRECT:
		t->status = 302;
		add_header(t, "Location", op->arg[0]);
		break;
	case V_JSON: case V_MODELS: case V_BODY: case V_HTML:
		if (t->frame == NULL)
			t->frame = "length";
		if (t->type == NULL)
			t->type = op->verb == V_HTML ? "text/html" :
			    op->verb == V_BODY ? "text/plain" : "application/json";
		break;
	case V_TYPE: t->type = op->arg[0]; break;
	case V_FRAME: t->frame = op->arg[0]; break;
	default: break;
	}
}

static void
read_travel(struct travel *t, struct reply *reply, const struct op *op, const long num[2])
{
	switch (op->verb) {
	case V_GZIP: t->gzip = true; break;
	case V_BYTEWISE: t->bytewise = true; break;
	case V_SPLIT:
		t->split = grow(t->split, t->nsplit, sizeof(*t->split));
		t->split[t->nsplit++] = num[0];
		break;
	case V_CRLF: t->newline = "\r\n"; break;
	case V_CR: t->newline = "\r"; break;
	case V_BOM: t->bom = true; break;
	case V_NOBLANK: t->no_blank = true; break;
	case V_CUT: case V_RST: case V_HANG:
		t->end = op->verb == V_CUT ? END_CLOSE : op->verb == V_RST ? END_RST : END_HOLD;
		t->place = op->arg[0];
		t->at = op->isnum[0] || op->nth[0] ? num[0] : 0;
		t->is_at = op->isnum[0] || op->nth[0];
		break;
	case V_SAYS: t->says = op->arg[0]; break;
	case V_VOTES: t->votes = op->arg[0]; break;
	case V_FINAL: t->final = op->arg[0]; break;
	case V_FINALTOKENS: t->final_tokens = num[0]; break;
	case V_LATENCY: reply->latency_ms = (unsigned)num[0]; break;
	case V_AFTER: case V_AFTERREPLY:
		reply->after = op->arg[0];
		reply->after_n = num[1];
		reply->after_reply = op->verb == V_AFTERREPLY;
		break;
	case V_GATE: reply->gate = op->arg[0]; break;
	default: break;
	}
}

void
travel_read(struct travel *t, struct reply *reply, const struct rule *rule,
    const struct request *r)
{
	size_t i;
	int k;

	for (i = 0; i < rule->nop; i++) {
		const struct op *op = &rule->op[i];
		long num[2];

		for (k = 0; k < 2; k++)
			num[k] = op->nth[k] ? r->nth : op->num[k];
		read_style(&t->style, op, num);
		read_http(t, op, num);
		read_travel(t, reply, op, num);
	}
}

void
travel_free(struct travel *t)
{
	buf_free(&t->headers);
	free(t->split);
}

static void
one_piece(struct body *b)
{
	b->npiece = 0;
	piece_mark(&b->piece, &b->npiece, b->b.len, 0, 1);
}

/* A piece for each event. */
static void
by_event(struct body *b, unsigned gap_ms)
{
	size_t i;

	b->npiece = 0;
	for (i = 1; i < b->b.len; i++)
		if (b->b.p[i - 1] == '\n' && b->b.p[i] == '\n')
			piece_mark(&b->piece, &b->npiece, i + 1, gap_ms, 1);
	piece_mark(&b->piece, &b->npiece, b->b.len, gap_ms, 1);
}

/* Other line ends, and a mark in front; the pieces keep their borders. */
static void
rewrite(struct body *b, const char *newline, bool bom)
{
	struct buf to = { 0 };
	size_t i, k = 0;

	buf_str(&to, bom ? "\xEF\xBB\xBF" : "");
	for (i = 0; i < b->b.len; i++) {
		if (b->b.p[i] == '\n')
			buf_str(&to, newline);
		else
			buf_add(&to, b->b.p + i, 1);
		if (i + 1 == b->piece[k].end)
			b->piece[k++].end = to.len;
	}
	buf_free(&b->b);
	b->b = to;
}

static void
compress_body(struct body *b)
{
	z_stream z = { 0 };
	struct buf to = { 0 };
	size_t max;

	if (deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	max = deflateBound(&z, b->b.len);
	to.p = grow(NULL, 0, max + 1);
	to.cap = max + 1;
	z.next_in = (unsigned char *)b->b.p;
	z.avail_in = (unsigned)b->b.len;
	z.next_out = (unsigned char *)to.p;
	z.avail_out = (unsigned)max;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	to.len = max - z.avail_out;
	deflateEnd(&z);
	buf_free(&b->b);
	b->b = to;
	one_piece(b);
}

static int
ascending(const void *a, const void *b)
{
	const long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
split(struct body *b, struct travel *t)
{
	size_t i;

	b->npiece = 0;
	for (i = 1; t->bytewise && i < b->b.len; i++)
		piece_mark(&b->piece, &b->npiece, i, t->style.gap_ms, 1);
	if (t->nsplit > 0)
		qsort(t->split, t->nsplit, sizeof(*t->split), ascending);
	for (i = 0; !t->bytewise && i < t->nsplit; i++)
		if (t->split[i] > 0 && (size_t)t->split[i] < b->b.len)
			piece_mark(&b->piece, &b->npiece, (size_t)t->split[i], t->style.gap_ms, 1);
	piece_mark(&b->piece, &b->npiece, b->b.len, t->style.gap_ms, 1);
}

static size_t
line_start(const struct buf *b, size_t at)
{
	while (at > 0 && b->p[at - 1] != '\n' && b->p[at - 1] != '\r')
		at--;
	return at;
}

static size_t
line_end(const struct buf *b, size_t at)
{
	while (at < b->len && b->p[at] != '\n' && b->p[at] != '\r')
		at++;
	return at;
}

/* Offset of the last of these words, or -1. */
static long
last_of(const struct buf *b, const char *word, const char *but_not)
{
	size_t n = strlen(word), i;

	for (i = b->len; i-- > 0; )
		if (i + n < b->len && memcmp(b->p + i, word, n) == 0 &&
		    strchr(but_not, b->p[i + n]) == NULL)
			return (long)i;
	return -1;
}

/* Where the stream is to break off, or -1: there is no such place in it. */
static long
place(const struct travel *t, const struct buf *b)
{
	size_t i, mid = b->len / 2;
	long at;

	if (t->is_at)
		return t->at < 0 ? (long)b->len + t->at : t->at;
	if (strcmp(t->place, "start") == 0 || strcmp(t->place, "headers") == 0)
		return 0;
	if (strcmp(t->place, "end") == 0)
		return (long)b->len;
	if (strcmp(t->place, "done") == 0) {
		at = last_of(b, "[DONE", "");
		return at == -1 ? -1 : (long)line_start(b, (size_t)at);
	}
	if (strcmp(t->place, "midargs") == 0) {	/* whole events before, some of them args */
		at = last_of(b, "\"arguments\":\"", "\"");
		return at == -1 ? -1 : (long)line_start(b, (size_t)at);
	}
	if (strcmp(t->place, "midchar") == 0) {
		for (i = 0; i < b->len; i++)
			if ((unsigned char)b->p[i] >= 0xC0)
				return (long)i + 1;
		return -1;
	}
	while (mid < b->len && (b->p[mid] == '\n' || b->p[mid] == '\r'))
		mid++;
	if (strcmp(t->place, "mid") == 0) {	/* between two events */
		i = line_start(b, mid);
		return i > 0 ? (long)i : -1;
	}
	i = line_start(b, mid);
	mid = line_end(b, i);
	return mid - i < 2 ? -1 : (long)(i + mid) / 2;
}

static void
truncate_body(struct body *b, size_t at)
{
	while (b->npiece > 0 && b->piece[b->npiece - 1].end > at)
		b->npiece--;
	piece_mark(&b->piece, &b->npiece, at, 0, 1);
}

const char *
travel_shape(struct travel *t, struct body *b)
{
	bool repeats = false;
	long at;
	size_t i;

	for (i = 0; i < b->npiece; i++)
		repeats |= b->piece[i].repeat != 1;
	if (repeats && (t->gzip || t->bytewise || t->nsplit > 0 || t->no_blank))
		return "tokens and endless do not go with gzip, split, bytewise, no-blank";
	if (t->no_blank && b->b.len > 1 && memcmp(b->b.p + b->b.len - 2, "\n\n", 2) == 0) {
		b->b.len--;
		one_piece(b);
	}
	if (t->style.single && !repeats)
		by_event(b, t->style.gap_ms);
	if (t->newline != NULL || t->bom)
		rewrite(b, t->newline != NULL ? t->newline : "\n", t->bom);
	if (t->gzip)
		compress_body(b);
	if (t->bytewise || t->nsplit > 0)
		split(b, t);
	t->full = b->b.len;
	if (t->place == NULL)
		return NULL;
	at = place(t, &b->b);
	if (at < 0 || (size_t)at > b->b.len)
		return "there is no such place in this body";
	truncate_body(b, (size_t)at);
	return NULL;
}

static void
head(const struct travel *t, struct buf *out, size_t len, long n, bool chunked, bool close)
{
	buf_fmt(out, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n", t->status,
	    t->status < 300 ? "OK" : t->status < 400 ? "Elsewhere" : "No", t->type);
	if (n > 0)
		buf_fmt(out, "x-request-id: req_%ld\r\n", n);
	if (t->gzip)
		buf_str(out, "Content-Encoding: gzip\r\n");
	if (chunked)
		buf_str(out, "Transfer-Encoding: chunked\r\n");
	else if (!close)
		buf_fmt(out, "Content-Length: %zu\r\n", len);
	if (close)
		buf_str(out, "Connection: close\r\n");
	buf_add(out, t->headers.p, t->headers.len);
	buf_str(out, "\r\n");
}

void
travel_send(struct reply *r, const struct travel *t, const struct body *b, long n)
{
	bool chunked = t->frame == NULL || strcmp(t->frame, "chunked") == 0;
	bool close = t->frame != NULL && strcmp(t->frame, "close") == 0;
	size_t i, from = 0;

	r->end = t->end == END_KEEP && close ? END_CLOSE : t->end;
	if (t->place != NULL && strcmp(t->place, "start") == 0)
		return;
	head(t, &r->out, t->place == NULL ? b->b.len : t->full, n, chunked, close);
	if (b->npiece == 0 || b->piece[0].repeat != 1 || b->piece[0].wait_ms > 0)
		piece_mark(&r->piece, &r->npiece, r->out.len, 0, 1);
	for (i = 0; i < b->npiece; i++) {
		const struct piece *p = &b->piece[i];

		if (chunked)
			buf_fmt(&r->out, "%zx\r\n", p->end - from);
		buf_add(&r->out, b->b.p + from, p->end - from);
		if (chunked)
			buf_str(&r->out, "\r\n");
		piece_mark(&r->piece, &r->npiece, r->out.len, p->wait_ms, p->repeat);
		from = p->end;
	}
	if (!chunked || r->end != END_KEEP)
		return;
	buf_str(&r->out, "0\r\n\r\n");
	if (r->piece[r->npiece - 1].repeat == 1)
		r->piece[r->npiece - 1].end = r->out.len;
	else
		piece_mark(&r->piece, &r->npiece, r->out.len, 0, 1);
}
