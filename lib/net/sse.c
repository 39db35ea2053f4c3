/* sse.c - server-sent events out of bytes as they come.
 * SPDX-License-Identifier: MIT
 *
 * The hot path of a stream: a line that lies whole in the reader's bytes is
 * looked at where it is, and only its data is copied. */
#include "net/sse.h"

#include <string.h>

#include "rt/bounds.h"

#define KEEP	MG_MIB		/* a buffer that one huge event left behind is given back */

static const char mark[3] = { '\357', '\273', '\277' };	/* the byte order mark */

void
mg_sse_init(struct mg_sse *s)
{
	*s = (struct mg_sse){ .line = MG_BUF(MG_SSE_MAX), .data = MG_BUF(MG_SSE_MAX),
	    .event = MG_BUF(1024) };
}

void
mg_sse_free(struct mg_sse *s)
{
	mg_buf_free(&s->line);
	mg_buf_free(&s->data);
	mg_buf_free(&s->event);
}

static void
empty(struct mg_buf *b)
{
	if (b->cap > KEEP)
		mg_buf_free(b);
	else
		mg_buf_clear(b);
}

/* A blank line: the event is whole. */
static int
dispatch(struct mg_sse *s, mg_sse_event *give, void *arg)
{
	int r = 0;

	if (s->has_data)
		r = give(arg, s->event.len > 0 ? s->event.p : NULL, mg_buf_str(&s->data), s->data.len);
	s->has_data = 0;
	empty(&s->data);
	mg_buf_clear(&s->event);
	return r == -1 ? -1 : 0;
}

static int
add_data(struct mg_sse *s, const char *p, size_t n)
{
	if (s->has_data && mg_buf_addc(&s->data, '\n') == -1)
		return -2;
	s->has_data = 1;
	return mg_buf_add(&s->data, p, n) == -1 ? -2 : 0;
}

static int
is(const char *p, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(p, name, n) == 0;
}

/* One whole line without its end. */
static int
line(struct mg_sse *s, const char *p, size_t n, mg_sse_event *give, void *arg)
{
	const char *colon, *v;
	size_t name, len;

	if (n == 0)
		return dispatch(s, give, arg);
	if (*p == ':') {
		s->comments++;
		return 0;
	}
	colon = n > 5 && memcmp(p, "data:", 5) == 0 ? p + 4 : memchr(p, ':', n);
	name = colon != NULL ? (size_t)(colon - p) : n;
	v = colon != NULL ? colon + 1 : p + n;
	len = (size_t)(p + n - v);
	if (len > 0 && *v == ' ') {
		v++;
		len--;
	}
	if (is(p, name, "data"))
		return add_data(s, v, len);
	if (is(p, name, "event")) {
		mg_buf_clear(&s->event);
		mg_buf_add(&s->event, v, len);	/* a name beyond the limit is no name that we know */
	} else if (is(p, name, "error")) {
		mg_buf_clear(&s->event);
		mg_buf_adds(&s->event, "error");
		return add_data(s, v, len);
	}
	return 0;			/* id, retry and what is unknown */
}

/* Steps over a byte order mark at the very beginning, which may come byte by byte. */
static int
skip_mark(struct mg_sse *s, const char **p, const char *end)
{
	while (s->bom >= 0 && *p < end) {
		if (**p != mark[s->bom]) {
			if (mg_buf_add(&s->line, mark, (size_t)s->bom) == -1)
				return -2;
			s->bom = -1;
		} else {
			(*p)++;
			s->bom = s->bom == 2 ? -1 : s->bom + 1;
		}
	}
	return 0;
}

/* Where the line that begins at p ends: at an LF or a CR, or NULL. */
static const char *
line_end(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p)), *cr;

	cr = memchr(p, '\r', (size_t)((lf != NULL ? lf : end) - p));
	return cr != NULL ? cr : lf;
}

int
mg_sse_feed(struct mg_sse *s, const char *p, size_t n, mg_sse_event *give, void *arg)
{
	const char *end = p + n, *stop;
	int r;

	if (s->bom >= 0 && skip_mark(s, &p, end) != 0)
		return -2;
	while (p < end) {
		if (s->cr && *p == '\n') {
			s->cr = 0;
			p++;
			continue;
		}
		s->cr = 0;
		if ((stop = line_end(p, end)) == NULL)
			return mg_buf_add(&s->line, p, (size_t)(end - p)) == -1 ? -2 : 0;
		s->cr = *stop == '\r';
		if (s->line.len > 0) {
			if (mg_buf_add(&s->line, p, (size_t)(stop - p)) == -1)
				return -2;
			r = line(s, s->line.p, s->line.len, give, arg);
			empty(&s->line);
		} else {
			r = line(s, p, (size_t)(stop - p), give, arg);
		}
		if (r != 0)
			return r;
		p = stop + 1;
	}
	return 0;
}

int
mg_sse_end(struct mg_sse *s, mg_sse_event *give, void *arg)
{
	int r = 0;

	if (s->bom > 0)
		mg_buf_add(&s->line, mark, (size_t)s->bom);
	s->bom = -1;
	if (s->line.len > 0)
		r = line(s, s->line.p, s->line.len, give, arg);
	empty(&s->line);
	return r != 0 ? r : dispatch(s, give, arg);
}
