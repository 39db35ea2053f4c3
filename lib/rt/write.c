/* write.c - bytes out: all of them, or an error.
 * SPDX-License-Identifier: MIT */
#include "rt/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/buf.h"
#include "rt/err.h"
#include "rt/mem.h"

int
mg_write(int fd, const void *p, size_t n, struct mg_err *e)
{
	const char *s = p;
	ssize_t w;

	while (n > 0) {
		if ((w = write(fd, s, n)) >= 0) {
			s += w;
			n -= (size_t)w;
		} else if (errno != EINTR) {
			return mg_fail(e, MG_SYS, "write: %s", strerror(errno));
		}
	}
	return 0;
}

int
mg_drain(int fd, struct mg_buf *b, struct mg_err *e)
{
	size_t done = 0;
	ssize_t n;
	int r = 1;

	while (done < b->len) {
		if ((n = write(fd, b->p + done, b->len - done)) >= 0) {
			done += (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			r = 0;
			break;
		} else if (errno != EINTR) {
			r = mg_fail(e, MG_TEMP, "write: %s", strerror(errno));
			break;
		}
	}
	mg_buf_drop(b, done);
	return r;
}

int
mg_stdout_close(struct mg_err *e)
{
	int bad = ferror(stdout);

	errno = 0;
	if (fflush(stdout) != 0 || bad || (close(1) == -1 && errno != EBADF))
		return mg_fail(e, MG_SYS, "standard output: %s",
		    errno != 0 ? strerror(errno) : "write failed");
	return 0;
}

int
mg_write_file(const char *path, const void *p, size_t n, struct mg_err *e)
{
	char *tmp = mg_printf("%s.%ld.tmp", path, (long)getpid());
	int fd, r = -1;

	if ((fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) == -1) {
		mg_fail(e, MG_SYS, "%s: %s", tmp, strerror(errno));
		goto out;
	}
	if (mg_write(fd, p, n, e) == -1 || fdatasync(fd) == -1 || rename(tmp, path) == -1) {
		mg_fail(e, MG_SYS, "%s: %s", path, strerror(errno));
		unlink(tmp);
	} else {
		r = 0;
	}
	close(fd);
out:
	free(tmp);
	return r;
}

char *
mg_read_file(const char *path, size_t max, size_t *n, struct mg_err *e)
{
	int std = strcmp(path, "-") == 0, fd = std ? 0 : open(path, O_RDONLY | O_CLOEXEC);
	struct mg_buf b = MG_BUF(max);
	const char *name = std ? "standard input" : path;
	char piece[65536];
	ssize_t r = -1;

	if (fd == -1) {
		mg_fail(e, MG_SYS, "%s: %s", name, strerror(errno));
		return NULL;
	}
	for (;;) {
		if ((r = read(fd, piece, sizeof piece)) == -1 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		if (mg_buf_add(&b, piece, (size_t)r) == -1) {
			mg_fail(e, MG_DATA, "%s: longer than %zu bytes", name, max);
			r = -2;
			break;
		}
	}
	if (r == -1)
		mg_fail(e, MG_SYS, "%s: %s", name, strerror(errno));
	if (!std)
		close(fd);
	if (r < 0) {
		mg_buf_free(&b);
		return NULL;
	}
	return mg_buf_take(&b, n);
}
