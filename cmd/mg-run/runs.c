/* runs.c - the folders of runs: made, found, locked.
 * SPDX-License-Identifier: MIT */
#include "runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rt/err.h"
#include "rt/mem.h"
#include "rt/proc.h"
#include "rt/write.h"

char *
run_state_dir(const char *dir)
{
	const char *s;

	if (dir != NULL)
		return mg_strdup(dir);
	if ((s = getenv("MG_STATE_DIR")) != NULL && *s != '\0')
		return mg_strdup(s);
	if ((s = getenv("XDG_STATE_HOME")) != NULL && *s == '/')
		return mg_printf("%s/mg", s);
	if ((s = getenv("HOME")) != NULL && *s == '/')
		return mg_printf("%s/.local/state/mg", s);
	return NULL;
}

int
run_id_ok(const char *name)
{
	static const char form[] = "dddddddd-dddddd-xxxx";
	size_t i;

	if (strlen(name) != sizeof form - 1)
		return 0;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == '-' ? name[i] != '-' :
		    strchr(form[i] == 'd' ? "0123456789" : "0123456789abcdef", name[i]) == NULL)
			return 0;
	return 1;
}

/* Makes path and what is missing above it, for us alone.  0, or -1 with errno. */
static int
make_folders(const char *path)
{
	char *p = mg_strdup(path), *slash;
	int r = 0;

	for (slash = p + 1; r == 0 && (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(p, 0700) == -1 && errno != EEXIST)
			r = -1;
		*slash = '/';
	}
	if (r == 0 && mkdir(p, 0700) == -1 && errno != EEXIST)
		r = -1;
	free(p);
	return r;
}

/* UTC, and the fraction of the second in hexadecimal: ids sort as they were made. */
static void
new_id(char id[32])
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(id, 32, "%Y%m%d-%H%M%S-", &tm);
	snprintf(id + 16, 16, "%04x", (unsigned)(now.tv_nsec * 65536LL / 1000000000));
}

/* state/runs/<new id>: mkdir decides who is first.  0, or -1 with errno. */
static int
make_run(struct run *r, const char *state)
{
	char *runs = mg_printf("%s/runs", state), id[32];
	int i, done = -1;

	if (make_folders(runs) == 0 && (r->state = realpath(state, NULL)) != NULL) {
		for (i = 0; i < 1000 && done == -1; i++) {
			new_id(id);
			free(r->dir);
			r->dir = mg_printf("%s/runs/%s", r->state, id);
			if ((done = mkdir(r->dir, 0700)) == -1 && errno != EEXIST)
				break;
		}
	}
	if (done == 0)
		r->id = mg_strdup(id);
	free(runs);
	return done;
}

/* For people and for the message of whoever finds the run held. */
static void
write_owner(const struct run *r)
{
	char *path = mg_printf("%s/owner", r->dir), text[32];
	struct mg_err e;
	int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());

	if (mg_write_file(path, text, (size_t)n, &e) == -1)
		mg_warn("%s", e.msg);	/* the lock is what counts */
	free(path);
}

/* Opens the journal and takes its lock.  1: taken, 0: somebody has it, -1: see errno. */
static int
open_journal(struct run *r, int flags)
{
	char *path = mg_printf("%s/journal.ndjson", r->dir);

	r->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	free(path);
	if (r->fd == -1)
		return -1;
	if (flock(r->fd, LOCK_EX | LOCK_NB) == -1)
		return errno == EWOULDBLOCK ? 0 : -1;
	write_owner(r);
	return 1;
}

static int
make_and_open(struct run *r, const char *state)
{
	int saved;

	if (make_run(r, state) == 0 && open_journal(r, O_CREAT | O_EXCL) == 1)
		return 0;
	saved = errno;
	if (r->id != NULL)
		rmdir(r->dir);
	run_close(r);
	errno = saved;
	return -1;
}

int
run_create(struct run *r, const char *dir, struct mg_err *e)
{
	char *state = run_state_dir(dir), *temp;
	const char *tmp = getenv("TMPDIR");
	int saved;

	*r = (struct run){ .fd = -1 };
	if (state != NULL && make_and_open(r, state) == 0) {
		free(state);
		return 0;
	}
	saved = state == NULL ? 0 : errno;
	temp = mg_printf("%s/mg-XXXXXX", tmp != NULL && *tmp == '/' ? tmp : "/tmp");
	if (mkdtemp(temp) == NULL || make_and_open(r, temp) == -1) {
		mg_fail(e, MG_SYS, "%s: %s", temp, strerror(errno));
		free(state);
		free(temp);
		return -1;
	}
	if (state == NULL)
		mg_warn("no HOME: this run is kept in %s (--dir %s finds it again)", r->dir, r->state);
	else
		mg_warn("%s: %s: this run is kept in %s (--dir %s finds it again)", state,
		    strerror(saved), r->dir, r->state);
	free(state);
	free(temp);
	return 0;
}

static int
newest_first(const void *a, const void *b)
{
	return strcmp(*(char *const *)b, *(char *const *)a);
}

char **
run_ids(const char *state, size_t *n)
{
	char *path = mg_printf("%s/runs", state), **ids = NULL;
	DIR *d = opendir(path);
	struct dirent *entry;
	size_t cap = 0;

	*n = 0;
	ids = mg_grow(ids, 0, &cap, sizeof *ids);
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (run_id_ok(entry->d_name)) {
			ids = mg_grow(ids, *n + 1, &cap, sizeof *ids);
			ids[(*n)++] = mg_strdup(entry->d_name);
		}
	ids[*n] = NULL;
	if (d != NULL)
		closedir(d);
	free(path);
	qsort(ids, *n, sizeof *ids, newest_first);
	return ids;
}

/* Who holds r, as far as anybody wrote it down. */
static int
held(const struct run *r, struct mg_err *e)
{
	char *path = mg_printf("%s/owner", r->dir), *text;
	struct mg_err ignored;

	text = mg_read_file(path, 64, NULL, &ignored);
	if (text != NULL && *text != '\0')
		mg_fail(e, MG_TEMP, "%s: process %.*s has this run: let it end first", r->id,
		    (int)strcspn(text, "\n"), text);
	else
		mg_fail(e, MG_TEMP, "%s: another mg-run has this run: let it end first", r->id);
	free(text);
	free(path);
	return -1;
}

int
run_open(struct run *r, const char *dir, const char *which, struct mg_err *e)
{
	char *state = run_state_dir(dir), **ids;
	size_t n = 0;
	int got;

	*r = (struct run){ .fd = -1 };
	if (state == NULL)
		return mg_fail(e, MG_USAGE, "no HOME and no MG_STATE_DIR: name the folder with --dir");
	if (strcmp(which, "last") == 0) {
		ids = run_ids(state, &n);
		r->id = n > 0 ? mg_strdup(ids[0]) : NULL;
		mg_argv_free(ids);
	} else if (run_id_ok(which)) {
		r->id = mg_strdup(which);
	}
	r->state = realpath(state, NULL);
	if (r->id == NULL || r->state == NULL) {
		mg_fail(e, MG_USAGE, "%s: no such run in %s (mg-run --list shows them)", which, state);
		free(state);
		run_close(r);
		return -1;
	}
	free(state);
	r->dir = mg_printf("%s/runs/%s", r->state, r->id);
	if ((got = open_journal(r, 0)) == 1)
		return 0;
	if (got == 0)
		held(r, e);
	else if (errno == ENOENT)
		mg_fail(e, MG_USAGE, "%s: no such run in %s (mg-run --list shows them)", which, r->state);
	else
		mg_fail(e, MG_SYS, "%s/journal.ndjson: %s", r->dir, strerror(errno));
	run_close(r);
	return -1;
}

void
run_close(struct run *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->state);
	free(r->id);
	free(r->dir);
	*r = (struct run){ .fd = -1 };
}
