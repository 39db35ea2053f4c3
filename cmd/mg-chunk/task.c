/* task.c - mg-chunk task: what is asked, as a chunk that opens a run.
 * SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chunk/emit.h"
#include "chunk/json.h"
#include "mg-chunk/make.h"
#include "mg-chunk/sub.h"

#define RUN_ID_SIZE 32

static const struct mg_opt opts[] = {
	{ 'f', "file", "FILE", "attach a file, as often as needed" },
	{ 'l', "limits", "JSON", "limits of the run, an object" },
	{ 'r', "run", "ID", "the run's id (default: made of the time)" },
	{ 's', "source", "ID", "who asks (default: user)" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-chunk task", "text|- [file ...]", "make a task: what is asked", opts };

struct task {
	const char	*run, *source, *limits;
	struct make_files files;
};

/* UTC and the fraction of the second, as mg-run names its runs. */
static void
fresh_id(char id[RUN_ID_SIZE])
{
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(id, RUN_ID_SIZE, "%Y%m%d-%H%M%S-", &tm);
	snprintf(id + n, RUN_ID_SIZE - n, "%04x", (unsigned)(now.tv_nsec * 65536LL / 1000000000));
}

static int
make(const struct task *t, const char *text)
{
	struct mg_buf b = MG_BUF((size_t)-2);
	char fresh[RUN_ID_SIZE];
	jv run;

	if (t->run == NULL)
		fresh_id(fresh);
	run = make_text(t->run != NULL ? t->run : fresh);
	mg_put_begin(&b, "task", t->source, NULL);
	mg_put_value(&b, "run", run);
	mg_put_value(&b, "content", make_content(text, t->files.name, t->files.n));
	if (t->limits != NULL)
		mg_put_raw(&b, "limits", t->limits, strlen(t->limits));
	mg_put_end(&b);
	make_line(&b);
	return 0;
}

static void
check_limits(const char *text)
{
	struct mg_member m[1];
	struct mg_bad bad;
	size_t n;

	if (mg_json_object(text, strlen(text), m, 1, &n, &bad) == -1)
		mg_usage(&cmd, "--limits: column %zu: %s", bad.pos + 1, bad.why);
	if (strchr(text, '\n') != NULL)
		mg_usage(&cmd, "--limits: must stand on one line");
}

static int
run(int argc, char *argv[])
{
	struct task t = { .source = "user" };
	int k, r;

	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (k) {
		case 'f': make_file_add(&t.files, optarg, argc); break;
		case 'l': check_limits(t.limits = optarg); break;
		case 'r': t.run = optarg; break;
		case 's': t.source = optarg; break;
		}
	if (optind == argc)
		mg_usage(&cmd, "what is asked? Give the text, or - for standard input");
	for (k = optind + 1; k < argc; k++)
		make_file_add(&t.files, argv[k], argc);
	r = make(&t, argv[optind]);
	free(t.files.name);
	return r;
}

const struct sub sub_task = { &cmd, run };
