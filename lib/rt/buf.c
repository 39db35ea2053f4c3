/* buf.c - a growing byte buffer that knows its limit.
 * SPDX-License-Identifier: MIT */
#include "rt/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/mem.h"

static int
reserve(struct mg_buf *b, size_t n)
{
	size_t want;

	if (n > b->max || b->len > b->max - n)
		return -1;
	want = b->len + n + 1;
	if (want <= b->cap)
		return 0;
	if (want < 2 * b->cap)
		want = 2 * b->cap;
	if (want < 64)
		want = 64;
	b->p = mg_realloc(b->p, want);
	b->cap = want;
	return 0;
}

int
mg_buf_add(struct mg_buf *b, const void *s, size_t n)
{
	if (reserve(b, n) == -1)
		return -1;
	if (n > 0)
		memcpy(b->p + b->len, s, n);
	b->len += n;
	b->p[b->len] = '\0';
	return 0;
}

int
mg_buf_adds(struct mg_buf *b, const char *s)
{
	return mg_buf_add(b, s, strlen(s));
}

int
mg_buf_addc(struct mg_buf *b, char c)
{
	return mg_buf_add(b, &c, 1);
}

int
mg_buf_printf(struct mg_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || reserve(b, (size_t)n) == -1)
		return -1;
	va_start(ap, fmt);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

void
mg_buf_drop(struct mg_buf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->p, b->p + n, b->len - n + 1);
	b->len -= n;
}

void
mg_buf_clear(struct mg_buf *b)
{
	b->len = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

char *
mg_buf_take(struct mg_buf *b, size_t *len)
{
	char *p = b->p != NULL ? b->p : mg_strdup("");

	if (len != NULL)
		*len = b->len;
	b->p = NULL;
	b->len = b->cap = 0;
	return p;
}

void
mg_buf_free(struct mg_buf *b)
{
	free(b->p);
	b->p = NULL;
	b->len = b->cap = 0;
}

const char *
mg_buf_str(const struct mg_buf *b)
{
	return b->p != NULL ? b->p : "";
}
