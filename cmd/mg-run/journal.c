/* journal.c - the run itself, on disk.
 * SPDX-License-Identifier: MIT */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/lines.h"

#define ROUND_KEEP	(4 * MG_MIB)	/* a round's buffer beyond this is given back */

/* Cuts the file after its last whole line. */
static int
cut(struct journal *j, size_t torn, struct mg_err *e)
{
	if (ftruncate(j->fd, j->end) == -1 || fdatasync(j->fd) == -1)
		return mg_fail(e, MG_SYS, "journal: %s", strerror(errno));
	mg_warn("the journal's last line was torn: %zu bytes are cut off", torn);
	return 0;
}

int
journal_load(struct journal *j, int fd, journal_line *f, void *arg, struct mg_err *e)
{
	struct mg_lines *in;
	struct stat st;
	char *line;
	size_t len;
	int copy, r;

	*j = (struct journal){ .fd = fd, .round = MG_BUF((size_t)-2), .kept = MG_BUF(MG_QUEUE_MAX) };
	if (fstat(fd, &st) == -1 || lseek(fd, 0, SEEK_SET) == -1 ||
	    (copy = fcntl(fd, F_DUPFD_CLOEXEC, 0)) == -1)
		return mg_fail(e, MG_SYS, "journal: %s", strerror(errno));
	in = mg_lines_new(copy, MG_LINE_MAX);
	while ((r = mg_lines_get(in, &line, &len, e)) == MG_LINES_OK) {
		j->end += (off_t)len + 1;
		f(arg, line, len, ++j->lines);
	}
	mg_lines_free(in);
	if (r == -1)
		return -1;
	if (r == MG_LINES_LONG)
		return mg_fail(e, MG_DATA, "journal: line %zu is longer than 16 MiB", j->lines + 1);
	return j->end < st.st_size ? cut(j, (size_t)(st.st_size - j->end), e) : 0;
}

void
journal_add(struct journal *j, const char *line, size_t len, int durable)
{
	mg_buf_add(&j->round, line, len);
	mg_buf_addc(&j->round, '\n');
	j->lines++;
	j->sync |= durable;
}

/* Some file systems have nothing to sync; that is no failure. */
static int
synced(int fd)
{
	return fdatasync(fd) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
}

static int
write_round(struct journal *j)
{
	size_t done = 0;
	ssize_t n;

	while (done < j->round.len) {
		n = write(j->fd, j->round.p + done, j->round.len - done);
		if (n == -1 && errno != EINTR)
			return -1;
		if (n > 0)
			done += (size_t)n;
	}
	return j->sync && !synced(j->fd) ? -1 : 0;
}

/* What somebody reads from the journal goes on in memory. */
static void
keep(struct journal *j)
{
	if (j->keep && mg_buf_add(&j->kept, j->round.p, j->round.len) == -1) {
		mg_warn("the output is more than 64 MiB behind: the rest of it is left out");
		j->keep = 0;
	}
}

int
journal_flush(struct journal *j, struct mg_err *e)
{
	int r = 0;

	if (j->round.len == 0)
		return 0;
	if (j->lost) {
		keep(j);
	} else if (write_round(j) == 0) {
		j->end += (off_t)j->round.len;
	} else {
		j->lost = 1;
		r = mg_fail(e, MG_SYS, "journal: %s", strerror(errno));
		if (ftruncate(j->fd, j->end) == -1)
			mg_warn("journal: its last line is torn: %s", strerror(errno));
		keep(j);
	}
	j->sync = 0;
	if (j->round.cap > ROUND_KEEP)
		mg_buf_free(&j->round);
	else
		mg_buf_clear(&j->round);
	return r;
}

void
journal_free(struct journal *j)
{
	mg_buf_free(&j->round);
	mg_buf_free(&j->kept);
}
