/* lines.c - the line reader gives the lines that stand in its input, whatever their length.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rt/err.h"
#include "rt/lines.h"

#define MAX 16	/* short, so that long lines are common */

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *s = (const char *)p, *end = s + n, *nl;
	int fd = memfd_create("lines", MFD_CLOEXEC), kind;
	struct mg_lines *l;
	struct mg_err e;
	char *line;
	size_t len, number = 0;

	if (fd == -1 || write(fd, p, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) == -1)
		abort();
	l = mg_lines_new(fd, MAX);
	while ((kind = mg_lines_get(l, &line, &len, &e)) != MG_LINES_END) {
		if (s == end || mg_lines_number(l) != ++number)
			abort();
		nl = memchr(s, '\n', (size_t)(end - s));
		if (kind != ((size_t)((nl != NULL ? nl : end) - s) >= MAX ? MG_LINES_LONG :
		    nl != NULL ? MG_LINES_OK : MG_LINES_TORN))
			abort();
		if (kind != MG_LINES_LONG && (len != (size_t)((nl != NULL ? nl : end) - s) ||
		    memcmp(line, s, len) != 0 || line[len] != '\0'))
			abort();
		s = nl != NULL ? nl + 1 : end;
	}
	if (s != end)
		abort();
	mg_lines_free(l);
	return 0;
}
