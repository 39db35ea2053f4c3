/* mem.h - the one allocator: it returns memory or ends the program.
 * SPDX-License-Identifier: MIT
 *
 * libjq aborts on exhaustion too, so checking the rest would be theatre. */
#ifndef MG_RT_MEM_H
#define MG_RT_MEM_H

#include <stddef.h>

void	*mg_malloc(size_t n) __attribute__((malloc, returns_nonnull));
/* n times size bytes, zeroed; overflow is exhaustion. */
void	*mg_calloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void	*mg_realloc(void *p, size_t n) __attribute__((returns_nonnull));
char	*mg_strdup(const char *s) __attribute__((malloc, returns_nonnull));
/* n bytes of s, NUL added; s may hold NULs. */
char	*mg_memdup(const void *s, size_t n) __attribute__((malloc, returns_nonnull));
/* printf into fresh memory. */
char	*mg_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

/* Grows an array of elements of the given size so that one more than n fits;
 * *cap counts elements.  Returns the array, moved where needed. */
void	*mg_grow(void *array, size_t n, size_t *cap, size_t size);

#endif
