/* Bytes that grow.
 * SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testd.h"

static void *
need(void *p, size_t n)
{
	if ((p = realloc(p, n)) == NULL) {
		fputs("mg-testd: out of memory\n", stderr);
		_exit(4);
	}
	return p;
}

static void
reserve(struct buf *b, size_t n)
{
	if (b->len + n + 1 <= b->cap)
		return;
	b->cap = (b->len + n + 1) * 2;
	b->p = need(b->p, b->cap);
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	reserve(b, n);
	if (n > 0)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	reserve(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
buf_quote(struct buf *b, const char *s, size_t n)
{
	size_t i, from = 0;

	buf_str(b, "\"");
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, s + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			buf_fmt(b, "\\%c", c);
		else if (c == '\n')
			buf_str(b, "\\n");
		else
			buf_fmt(b, "\\u%04x", c);
	}
	buf_add(b, s + from, n - from);
	buf_str(b, "\"");
}

void
buf_drop(struct buf *b, size_t n)
{
	memmove(b->p, b->p + n, b->len - n + 1);
	b->len -= n;
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

int
buf_file(struct buf *b, const char *path)
{
	ssize_t n;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	do {
		reserve(b, 65536);
		if ((n = read(fd, b->p + b->len, 65536)) > 0)
			b->len += (size_t)n;
	} while (n > 0);
	b->p[b->len] = '\0';
	close(fd);
	return n == 0 ? 0 : -1;
}

void *
grow(void *p, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)		/* full only at 0, 1, 2, 4, 8, ... */
		return p;
	return need(p, (n == 0 ? 1 : n * 2) * size);
}

char *
copy(const char *s, size_t n)
{
	char *p = need(NULL, n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}
