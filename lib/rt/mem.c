/* mem.c - memory or death.
 * SPDX-License-Identifier: MIT */
#include "rt/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/err.h"

static _Noreturn void
exhausted(void)
{
	mg_quit(MG_SYS, "out of memory");
}

void *
mg_malloc(size_t n)
{
	void *p = malloc(n > 0 ? n : 1);

	if (p == NULL)
		exhausted();
	return p;
}

void *
mg_calloc(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);

	if (p == NULL)
		exhausted();
	return p;
}

void *
mg_realloc(void *p, size_t n)
{
	if ((p = realloc(p, n > 0 ? n : 1)) == NULL)
		exhausted();
	return p;
}

char *
mg_strdup(const char *s)
{
	return mg_memdup(s, strlen(s));
}

char *
mg_memdup(const void *s, size_t n)
{
	char *p = mg_malloc(n + 1);

	if (n > 0)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
mg_printf(const char *fmt, ...)
{
	va_list ap;
	char *p = NULL;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0 || p == NULL)
		exhausted();
	return p;
}

void *
mg_grow(void *array, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return array;
	*cap = *cap > 0 ? *cap * 2 : 8;
	if (*cap > SIZE_MAX / size)
		exhausted();
	return mg_realloc(array, *cap * size);
}
