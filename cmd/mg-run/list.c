/* list.c - the runs that are there, and the end of old ones.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "chunk/chunk.h"
#include "rt/err.h"
#include "rt/lines.h"
#include "rt/mem.h"
#include "rt/proc.h"
#include "runs.h"

#define HEAD 60		/* bytes of the question that --list shows */

/* An open journal that nobody holds, or -1 with *held set where somebody does. */
static int
free_journal(const char *state, const char *id, int *held, struct stat *st)
{
	char *path = mg_printf("%s/runs/%s/journal.ndjson", state, id);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	*held = 0;
	free(path);
	if (fd == -1)
		return -1;
	if (fstat(fd, st) == -1 || !S_ISREG(st->st_mode)) {
		close(fd);
		return -1;
	}
	*held = flock(fd, LOCK_EX | LOCK_NB) == -1;
	return fd;
}

/* The question's head on one line, ending where a character ends. */
static void
head_of(const struct mg_chunk *c, char head[HEAD + 8])
{
	struct mg_buf b = MG_BUF((size_t)-2);
	jv content = mg_chunk_value(c, "content");
	size_t i, n;

	mg_content_text(&b, content);
	jv_free(content);
	n = b.len < HEAD ? b.len : HEAD;
	while (n > 0 && n < b.len && (b.p[n] & 0xc0) == 0x80)
		n--;
	for (i = 0; i < n; i++)
		head[i] = (unsigned char)b.p[i] < ' ' || b.p[i] == 0x7f ? ' ' : b.p[i];
	snprintf(head + n, 8, "%s", n < b.len ? "..." : "");
	mg_buf_free(&b);
}

/* Looks through a journal for its question and how far it came. */
static const char *
look(int fd, char head[HEAD + 8])
{
	struct mg_lines *in = mg_lines_new(fd, MG_LINE_MAX);
	const char *state = "unfinished";
	struct mg_span type, source;
	struct mg_chunk c;
	struct mg_bad bad;
	struct mg_err e;
	char *line;
	size_t len;
	int r;

	while ((r = mg_lines_get(in, &line, &len, &e)) == MG_LINES_OK || r == MG_LINES_LONG) {
		if (r == MG_LINES_LONG || !mg_chunk_peek(line, len, &type, &source))
			continue;
		if (mg_span_is(type, "task") && mg_chunk_read(&c, line, len, &bad) == 0)
			head_of(&c, head);
		if (mg_span_is(type, "final"))
			state = "finished";
	}
	mg_lines_free(in);
	return state;
}

int
runs_list(const char *dir, struct mg_err *e)
{
	char *state = run_state_dir(dir), **ids, head[HEAD + 8];
	const char *how;
	struct stat st;
	size_t n, i;
	int fd, held;

	if (state == NULL)
		return mg_fail(e, MG_USAGE, "no HOME and no MG_STATE_DIR: name the folder with --dir");
	ids = run_ids(state, &n);
	for (i = 0; i < n; i++) {
		if ((fd = free_journal(state, ids[i], &held, &st)) == -1)
			continue;
		*head = '\0';
		how = look(fd, head);
		printf("%s  %.4s-%.2s-%.2s %.2s:%.2s:%.2s  %-10s  %s\n", ids[i], ids[i], ids[i] + 4,
		    ids[i] + 6, ids[i] + 9, ids[i] + 11, ids[i] + 13, held ? "running" : how, head);
	}
	mg_argv_free(ids);
	free(state);
	return 0;
}

/* "30d" as seconds; -1: no age. */
static double
age_of(const char *text)
{
	static const char unit[] = "smhdw";
	static const double seconds[] = { 1, 60, 3600, 86400, 604800 };
	const char *u;
	char *end;
	double n = strtod(text, &end);

	if (end == text || !(n >= 0) || n > 1e6 || *end == '\0' || end[1] != '\0' ||
	    (u = strchr(unit, *end)) == NULL)
		return -1;
	return n * seconds[u - unit];
}

static int
remove_one(const char *path, const struct stat *st, int what, struct FTW *f)
{
	(void)st;
	(void)what;
	(void)f;
	if (remove(path) == -1)
		mg_warn("%s: %s", path, strerror(errno));
	return 0;
}

/* Removes a run while its lock is ours.  1: it is gone. */
static int
prune_one(const char *state, const char *id, double age)
{
	char *path;
	struct stat st;
	int fd, held, gone = 0;

	if ((fd = free_journal(state, id, &held, &st)) == -1)
		return 0;
	if (!held && st.st_uid == geteuid() && difftime(time(NULL), st.st_mtime) >= age) {
		path = mg_printf("%s/runs/%s", state, id);
		nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
		gone = access(path, F_OK) == -1;
		free(path);
	}
	close(fd);
	return gone;
}

int
runs_prune(const char *dir, const char *age, struct mg_err *e)
{
	char *state = run_state_dir(dir), **ids;
	double seconds = age_of(age);
	size_t n, i;

	if (seconds < 0) {
		free(state);
		return mg_fail(e, MG_USAGE, "--prune: '%s' is no age: a number and one of s, m, h, d, w, as 30d", age);
	}
	if (state == NULL)
		return mg_fail(e, MG_USAGE, "no HOME and no MG_STATE_DIR: name the folder with --dir");
	ids = run_ids(state, &n);
	for (i = 0; i < n; i++)
		if (prune_one(state, ids[i], seconds))
			printf("%s\n", ids[i]);
	mg_argv_free(ids);
	free(state);
	return 0;
}
