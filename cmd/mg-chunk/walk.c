/* walk.c - every line of some files, for the subcommands that read chunks.
 * SPDX-License-Identifier: MIT */
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "rt/err.h"
#include "rt/lines.h"

void
walk_fault(struct walk *w, size_t column, const char *why)
{
	w->bad++;
	if (w->status == MG_OK)
		w->status = MG_DATA;
	if (!w->quiet)
		mg_warn("%s: line %zu: column %zu: %s", w->file, w->number, column, why);
}

void
walk_bad(struct walk *w, const char *line, size_t len, const struct mg_bad *b)
{
	struct mg_bad json;
	char why[256];

	if (mg_json_check(line, len, &json) == -1) {
		snprintf(why, sizeof why, "not JSON: %s", json.why);
		walk_fault(w, json.pos + 1, why);
	} else {
		snprintf(why, sizeof why, "no chunk: %s", b->why);
		walk_fault(w, b->pos + 1, why);
	}
}

int
walk_chunk(struct walk *w, struct mg_chunk *c, const char *line, size_t len)
{
	struct mg_bad bad;

	if (mg_chunk_read(c, line, len, &bad) == 0)
		return 0;
	walk_bad(w, line, len, &bad);
	return -1;
}

int
walk_check(struct walk *w, const struct mg_chunk *c)
{
	struct mg_bad bad;

	if (mg_chunk_check(c, &bad) == 0)
		return 0;
	walk_fault(w, bad.pos + 1, bad.why);
	return -1;
}

/* The fold begins with "line 3: ", which stands in front already. */
static const char *
without_number(const char *msg)
{
	const char *p = msg;

	if (strncmp(p, "line ", 5) != 0)
		return msg;
	for (p += 5; *p >= '0' && *p <= '9'; p++)
		;
	return strncmp(p, ": ", 2) == 0 ? p + 2 : msg;
}

int
walk_apply(struct walk *w, struct mg_state *s, const struct mg_chunk *c)
{
	struct mg_err e;

	if (!mg_state_wants(c->type) || mg_state_apply(s, c, w->number, &e) == 0)
		return 0;
	walk_fault(w, 1, without_number(e.msg));
	return -1;
}

/* 0, or -1 where nothing more can be printed, and that has been said. */
static int
flush(struct walk *w)
{
	if (fflush(stdout) == 0)
		return 0;
	mg_warn("standard output: %s", strerror(errno));
	w->status = MG_SYS;
	w->enough = 1;
	return -1;
}

/* One result of the reader.  1: go on, 0: end, -1: enough. */
static int
take(struct walk *w, struct mg_lines *l, enum mg_line kind, char *line, size_t len)
{
	w->number = mg_lines_number(l);
	switch (kind) {
	case MG_LINES_OK:
		w->enough = w->line(w, line, len);
		return w->enough ? -1 : 1;
	case MG_LINES_LONG:
		walk_fault(w, 1, "longer than 16 MiB; skipped");
		return 1;
	case MG_LINES_TORN:
		walk_fault(w, len + 1, "the input ends inside this line, its newline is missing");
		return 0;
	default:
		return 0;
	}
}

int
walk_step(struct walk *w, struct mg_lines *l)
{
	struct mg_err e;
	enum mg_line kind;
	char *line;
	size_t len;
	int r;

	while ((kind = mg_lines_next(l, &line, &len)) != MG_LINES_MORE)
		if (take(w, l, kind, line, len) == -1)
			return -1;
	if (flush(w) == -1)
		return -1;
	if ((r = mg_lines_fill(l, &e)) == -1) {
		mg_warn("%s: %s", w->file, e.msg);
		w->status = MG_SYS;
	}
	return r;
}

static void
walk_file(struct walk *w, const char *name)
{
	int std = strcmp(name, "-") == 0, fd = std ? 0 : open(name, O_RDONLY | O_CLOEXEC), r;
	struct mg_lines *l;
	enum mg_line last;
	char *line = NULL;
	size_t len = 0;

	w->file = std ? "standard input" : name;
	w->number = w->bad = 0;
	if (fd == -1) {
		mg_warn("%s: %s", name, strerror(errno));
		w->status = MG_SYS;
		return;
	}
	l = mg_lines_new(fd, MG_LINE_MAX);
	while ((r = walk_step(w, l)) == 1)
		;
	if (r == 0) {
		last = mg_lines_rest(l, &line, &len);
		take(w, l, last, line, len);
	}
	mg_lines_free(l);
	if (w->end != NULL)
		w->end(w);
}

void
walk_files(struct walk *w, char *const *files, int n)
{
	static char *const std[] = { "-" };
	int i;

	if (n == 0) {
		files = std;
		n = 1;
	}
	for (i = 0; i < n && !w->enough; i++)
		walk_file(w, files[i]);
}
