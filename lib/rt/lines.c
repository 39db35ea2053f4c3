/* lines.c - newline-terminated records from a descriptor, with a hard limit.
 * SPDX-License-Identifier: MIT */
#include "rt/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rt/err.h"
#include "rt/mem.h"

#define READ_SIZE	(256 * 1024)	/* one read: big enough to amortize, small enough to stay in cache */

/* buf[start..end) is unread and buf[start..scan) holds no newline, so a long
 * line that arrives in pieces is searched once.  The buffer is mapped at its
 * full size; pages that no line needs are never touched. */
struct mg_lines {
	int	 fd;
	int	 skipping;	/* inside a line that was too long */
	size_t	 start, scan, end, max, number;
	char	*buf;
};

struct mg_lines *
mg_lines_new(int fd, size_t max)
{
	struct mg_lines *l = mg_calloc(1, sizeof *l);

	l->fd = fd;
	l->max = max;
	l->buf = mmap(NULL, max + READ_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (l->buf == MAP_FAILED)
		mg_quit(MG_SYS, "out of memory");
	return l;
}

void
mg_lines_free(struct mg_lines *l)
{
	if (l == NULL)
		return;
	munmap(l->buf, l->max + READ_SIZE);
	close(l->fd);
	free(l);
}

int
mg_lines_fd(const struct mg_lines *l)
{
	return l->fd;
}

size_t
mg_lines_number(const struct mg_lines *l)
{
	return l->number;
}

/* Moves the unread part to the front, but not for each piece of a long line,
 * and before the reader has crept through pages that it need not touch. */
static void
make_room(struct mg_lines *l)
{
	if (l->start < READ_SIZE && l->start < l->end && l->end <= l->max)
		return;
	memmove(l->buf, l->buf + l->start, l->end - l->start);
	l->end -= l->start;
	l->scan -= l->start;
	l->start = 0;
}

int
mg_lines_fill(struct mg_lines *l, struct mg_err *e)
{
	size_t room;
	ssize_t n;

	make_room(l);
	room = l->max + READ_SIZE - 1 - l->end;
	if (room > READ_SIZE)
		room = READ_SIZE;
	do
		n = read(l->fd, l->buf + l->end, room);
	while (n == -1 && errno == EINTR);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 1;
	if (n == -1)
		return mg_fail(e, MG_SYS, "read: %s", strerror(errno));
	l->end += (size_t)n;
	return n > 0;
}

enum mg_line
mg_lines_next(struct mg_lines *l, char **line, size_t *len)
{
	char *nl;

	for (;;) {
		nl = memchr(l->buf + l->scan, '\n', l->end - l->scan);
		if (nl == NULL) {
			l->scan = l->end;
			if (l->skipping || l->end - l->start >= l->max) {
				l->skipping = 1;
				l->start = l->scan = l->end = 0;
			}
			return MG_LINES_MORE;
		}
		*line = l->buf + l->start;
		*len = (size_t)(nl - *line);
		*nl = '\0';
		l->start = l->scan = (size_t)(nl - l->buf) + 1;
		l->number++;
		if (l->skipping || *len >= l->max) {
			l->skipping = 0;
			*len = 0;
			return MG_LINES_LONG;
		}
		return MG_LINES_OK;
	}
}

enum mg_line
mg_lines_rest(struct mg_lines *l, char **line, size_t *len)
{
	if (l->skipping) {
		l->skipping = 0;
		l->number++;
		*len = 0;
		return MG_LINES_LONG;
	}
	if (l->start == l->end)
		return MG_LINES_END;
	*line = l->buf + l->start;
	*len = l->end - l->start;
	l->buf[l->end] = '\0';
	l->start = l->scan = l->end;
	l->number++;
	return MG_LINES_TORN;
}

int
mg_lines_get(struct mg_lines *l, char **line, size_t *len, struct mg_err *e)
{
	enum mg_line r;
	int n;

	for (;;) {
		if ((r = mg_lines_next(l, line, len)) != MG_LINES_MORE)
			return (int)r;
		if ((n = mg_lines_fill(l, e)) == -1)
			return -1;
		if (n == 0)
			return (int)mg_lines_rest(l, line, len);
	}
}
