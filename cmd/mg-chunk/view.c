/* view.c - mg-chunk view: a run for reading, as it comes.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mg-chunk/draw.h"
#include "mg-chunk/sub.h"
#include "mg-chunk/walk.h"
#include "rt/err.h"
#include "rt/lines.h"

#define POLL_MS		100
#define WIDTH		120	/* where stdout is no terminal */

enum { OPT_COLOR = 256 };

static const struct mg_opt opts[] = {
	{ OPT_COLOR, "color", "WHEN", "auto, always or never (default: auto)" },
	{ 'f', "follow", NULL, "wait for more until the run is over, as tail -f" },
	{ 'w', "wide", NULL, "do not shorten lines" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-chunk view", "[file ...]", "show a run, one line for each event", opts };

struct view {
	struct draw	 draw;
	int		 follow;
};

/* After a final nothing more comes; nobody won is an end too. */
static int
is_end(const struct mg_chunk *c)
{
	return c->type == MG_FINAL || (c->type == MG_DECISION && mg_span_is(mg_chunk_raw(c, "winner"), "null"));
}

static int
view_line(struct walk *w, char *line, size_t len)
{
	struct view *v = w->arg;
	struct mg_chunk c;

	if (walk_chunk(w, &c, line, len) == -1 || walk_check(w, &c) == -1)
		return 0;
	draw_chunk(&v->draw, &c);
	return v->follow && is_end(&c);
}

/* A file that was cut behind what has been read (a torn line, on a resume) is
 * read on from its new end: what stands before has been shown. */
static struct mg_lines *
reopen_if_cut(struct mg_lines *l, const char *name)
{
	int fd = mg_lines_fd(l), again;
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || st.st_size >= lseek(fd, 0, SEEK_CUR))
		return l;
	if ((again = open(name, O_RDONLY | O_CLOEXEC)) == -1 || lseek(again, st.st_size, SEEK_SET) == -1)
		mg_quit(MG_SYS, "%s: %s", name, strerror(errno));
	mg_lines_free(l);
	return mg_lines_new(again, MG_LINE_MAX);
}

static void
follow(struct walk *w, const char *name)
{
	const struct timespec pause = { 0, POLL_MS * 1000000L };
	int fd = open(name, O_RDONLY | O_CLOEXEC), r;
	struct mg_lines *l;

	if (fd == -1)
		mg_quit(MG_SYS, "%s: %s", name, strerror(errno));
	w->file = name;
	l = mg_lines_new(fd, MG_LINE_MAX);
	while ((r = walk_step(w, l)) != -1)
		if (r == 0) {
			nanosleep(&pause, NULL);
			l = reopen_if_cut(l, name);
		}
	mg_lines_free(l);
}

static int
wants_color(const char *when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(when, "always") == 0)
		return 1;
	if (strcmp(when, "never") == 0)
		return 0;
	if (strcmp(when, "auto") != 0)
		mg_usage(&cmd, "--color: '%s' is none of auto, always, never", when);
	return isatty(1) && (no == NULL || *no == '\0') && (term == NULL || strcmp(term, "dumb") != 0);
}

static size_t
terminal_width(void)
{
	struct winsize ws;

	return ioctl(1, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 20 ? ws.ws_col : WIDTH;
}

static int
run(int argc, char *argv[])
{
	struct view v = { .follow = 0 };
	struct walk w = { .line = view_line, .arg = &v };
	const char *color = "auto";
	int k, wide = 0;

	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (k) {
		case OPT_COLOR: color = optarg; break;
		case 'f': v.follow = 1; break;
		case 'w': wide = 1; break;
		}
	v.draw.color = wants_color(color);
	v.draw.width = wide ? 0 : terminal_width();
	if (v.follow && (argc - optind != 1 || strcmp(argv[optind], "-") == 0))
		mg_usage(&cmd, "--follow takes one file; standard input is followed anyway");
	if (v.follow)
		follow(&w, argv[optind]);
	else
		walk_files(&w, argv + optind, argc - optind);
	draw_end(&v.draw);
	return w.status;
}

const struct sub sub_view = { &cmd, run };
