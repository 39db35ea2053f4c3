/* mg-run - put a question to several agents and print what they agree on
 * SPDX-License-Identifier: MIT */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunk/chunk.h"
#include "mg-run/bus.h"
#include "mg-run/cast.h"
#include "mg-run/opening.h"
#include "mg-run/options.h"
#include "mg-run/runs.h"
#include "rt/mem.h"
#include "rt/opt.h"
#include "rt/share.h"
#include "rt/write.h"

#define DEADLINE	1800.0	/* seconds of coordination */
#define FINAL_TIMEOUT	600.0	/* seconds of the presentation */

enum {
	O_URL = 256, O_DEADLINE, O_DIR, O_FINAL, O_FINAL_TIMEOUT, O_FINAL_TRIES, O_FIRST, O_FROM, O_IDLE, O_JUDGE, O_LIST,
	O_MAX_ANSWERS, O_MAX_COST, O_MAX_TOKENS, O_NO_PRESENT, O_PEER, O_PLAN, O_PROMPTS, O_PRUNE,
	O_RESUME, O_SHARE_LIST, O_SHARE_SHOW, O_VOTE
};

static const struct mg_opt opts[] = {
	{ 'b', "backend", "type", "one agent with this backend" },
	{ O_URL, "base-url", "url", "one agent at this address" },
	{ 'c', "config", "file", "the agents and limits of a YAML or JSON file" },
	{ O_DEADLINE, "deadline", "seconds", "decide after this time at the latest (1800; 0: no limit)" },
	{ O_DIR, "dir", "folder", "keep runs here" },
	{ 'f', "file", "file", "attach a file to the question" },
	{ O_FINAL, "final", "command", "another program in the place of mg-final" },
	{ O_FINAL_TIMEOUT, "final-timeout", "seconds", "time for the presentation (600)" },
	{ O_FINAL_TRIES, "final-tries", "count", "presentations that may be asked for (3)" },
	{ O_FIRST, "first-byte-timeout", "seconds", "time until the presentation begins (300)" },
	{ O_FROM, "from", "file", "run the agents and the task of a file of chunks" },
	{ O_IDLE, "idle-timeout", "seconds", "silence that the presentation may have (120)" },
	{ O_JUDGE, "judge", NULL, "ask a second agent where the check of the final is unsure" },
	{ O_LIST, "list", NULL, "list the runs" },
	{ O_MAX_ANSWERS, "max-answers", "count", "acts of an agent before it may only vote (3)" },
	{ O_MAX_COST, "max-cost", "usd", "decide when this much is spent" },
	{ O_MAX_TOKENS, "max-tokens", "count", "decide when so many tokens are used" },
	{ 'm', "model", "name", "one agent with this model" },
	{ O_NO_PRESENT, "no-present", NULL, "print the winning answer as it is" },
	{ 'o', "output", "format", "text, ndjson (every chunk) or json (one object)" },
	{ O_PEER, "peer", "id=command", "one more program on the bus" },
	{ O_PLAN, "plan", NULL, "print the opening chunks and stop" },
	{ O_PROMPTS, "prompts", "folder", "texts that come before those of mg" },
	{ O_PRUNE, "prune", "age", "remove runs older than this (30d, 12h)" },
	{ 'q', "quiet", NULL, "errors alone on stderr" },
	{ O_RESUME, "resume", "run", "go on with a run, or the last one" },
	{ O_SHARE_LIST, "share-list", NULL, "list the texts that mg brings" },
	{ O_SHARE_SHOW, "share-show", "name", "print one of them" },
	{ 's', "system", "text", "the system message, of every agent" },
	{ 'v', "verbose", NULL, "say what happens on stderr" },
	{ O_VOTE, "vote", "command", "another program in the place of mg-vote" },
	{ 0 }
};

static const struct mg_cmd cmd = { "mg-run", "[question] [-]",
	"put a question to several agents and print what they agree on", opts };

void
words_add(struct words *w, const char *word)
{
	w->w = mg_grow(w->w, w->n + 1, &w->cap, sizeof *w->w);
	w->w[w->n++] = word;
	w->w[w->n] = NULL;
}

static void
limit(struct options *o, const char *key, double n)
{
	o->limits = jv_object_set(o->limits, jv_string(key), jv_number(n));
}

/* A limit of mg-final: in the task, and on its command line. */
static void
final_limit(struct options *o, const char *key, const char *flag)
{
	limit(o, key, mg_optsec(&cmd, flag));
	words_add(&o->final_flags, flag);
	words_add(&o->final_flags, optarg);
}

static double
cost(void)
{
	char *end;
	double c = strtod(optarg, &end);

	if (end == optarg || *end != '\0' || !isfinite(c) || c <= 0)
		mg_usage(&cmd, "--max-cost: '%s' is no amount", optarg);
	return c;
}

static enum format
format(void)
{
	if (strcmp(optarg, "text") == 0)
		return FORMAT_TEXT;
	if (strcmp(optarg, "ndjson") == 0)
		return FORMAT_NDJSON;
	if (strcmp(optarg, "json") == 0)
		return FORMAT_JSON;
	mg_usage(&cmd, "--output: '%s' is not text, ndjson or json", optarg);
}

static void
share_list(void)
{
	const struct mg_share *s;

	for (s = mg_share_words; s->name != NULL; s++)
		puts(s->name);
	for (s = mg_shares; s->name != NULL; s++)
		puts(s->name);
}

static int
share_show(const char *name, struct mg_err *e)
{
	size_t n;
	char *text = mg_share_text(name, &n, NULL, e);

	if (text == NULL)
		return -1;
	fwrite(text, 1, n, stdout);	/* its failure is seen when stdout is closed */
	free(text);
	return 0;
}

/* What prints something and is no run. */
static _Noreturn void
only(int key, const struct options *o, const char *arg)
{
	struct mg_err e;
	int r = 0;

	if (key == O_LIST)
		r = runs_list(o->dir, &e);
	else if (key == O_PRUNE)
		r = runs_prune(o->dir, arg, &e);
	else if (key == O_SHARE_SHOW)
		r = share_show(arg, &e);
	else
		share_list();
	if (r == -1 || mg_stdout_close(&e) == -1)
		mg_die(&e);
	exit(MG_OK);
}

static void
take_limit(struct options *o, int k)
{
	switch (k) {
	case O_DEADLINE:
		limit(o, "deadline", mg_optsec(&cmd, "--deadline"));
		break;
	case O_FINAL_TIMEOUT:
		final_limit(o, "final_timeout", "--final-timeout");
		break;
	case O_FINAL_TRIES:
		limit(o, "final_tries", (double)mg_optnum(&cmd, "--final-tries", 1, 10));
		words_add(&o->final_flags, "--tries");
		words_add(&o->final_flags, optarg);
		break;
	case O_FIRST:
		final_limit(o, "first_byte_timeout", "--first-byte-timeout");
		break;
	case O_IDLE:
		final_limit(o, "idle_timeout", "--idle-timeout");
		break;
	case O_JUDGE:
		o->limits = jv_object_set(o->limits, jv_string("judge"), jv_true());
		words_add(&o->final_flags, "--judge");
		break;
	case O_MAX_ANSWERS:
		limit(o, "max_answers", (double)mg_optnum(&cmd, "--max-answers", 1, 1000));
		words_add(&o->agent_flags, "--max-answers");
		words_add(&o->agent_flags, optarg);
		break;
	case O_MAX_COST:
		limit(o, "max_cost", cost());
		break;
	case O_MAX_TOKENS:
		limit(o, "max_tokens", (double)mg_optnum(&cmd, "--max-tokens", 1, LONG_MAX));
		break;
	}
}

/* An option with a plain value; what is left is a limit. */
static void
take(struct options *o, int k)
{
	switch (k) {
	case 'b': o->backend = optarg; break;
	case 'c': o->config = optarg; break;
	case 'f': words_add(&o->files, optarg); break;
	case 'm': o->model = optarg; break;
	case 'o': o->format = format(); break;
	case 'q': o->quiet = 1; break;
	case 's': o->system = optarg; break;
	case 'v': o->verbose = 1; break;
	case O_URL: o->base_url = optarg; break;
	case O_DIR: o->dir = optarg; break;
	case O_FINAL: o->final = optarg; break;
	case O_FROM: o->from = optarg; break;
	case O_NO_PRESENT: words_add(&o->final_flags, "--no-present"); break;
	case O_PEER: words_add(&o->peers, optarg); break;
	case O_PLAN: o->plan = 1; break;
	case O_PROMPTS: setenv("MG_SHARE", optarg, 1); break;
	case O_RESUME: o->resume = optarg; break;
	case O_VOTE: o->vote = optarg; break;
	default: take_limit(o, k); break;
	}
}

static void
parse(struct options *o, int argc, char *argv[])
{
	const char *arg = NULL;
	int k, alone = 0;

	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1) {
		if (k == O_LIST || k == O_PRUNE || k == O_SHARE_LIST || k == O_SHARE_SHOW) {
			alone = k;
			arg = optarg;
		} else {
			take(o, k);
		}
	}
	if (alone != 0)
		only(alone, o, arg);
	for (; optind < argc; optind++) {
		if (strcmp(argv[optind], "-") == 0 && !o->dash)
			o->dash = 1;
		else if (o->question == NULL && strcmp(argv[optind], "-") != 0)
			o->question = argv[optind];
		else
			mg_usage(&cmd, "one question, in quotes, and one - for standard input");
	}
	if (o->resume != NULL && (o->question != NULL || o->dash || o->plan || o->from != NULL || o->files.n > 0))
		mg_usage(&cmd, "--resume: an old run has its question");
}

static void
begin(struct bus *b, const struct options *o, struct run *run)
{
	*b = (struct bus){ .run = run, .out = OUTPUT(o->format), .quiet = o->quiet, .verbose = o->verbose,
	    .progress = !o->quiet && (o->verbose || isatty(2)), .state = mg_state_new() };
	b->journal = (struct journal){ .fd = -1, .round = MG_BUF((size_t)-2), .kept = MG_BUF(MG_QUEUE_MAX) };
	b->journal.keep = o->format == FORMAT_NDJSON;
}

/* What the command line says, else the task, else what is usual; null is no limit. */
static double
limit_of(const struct bus *b, const struct options *o, const char *key, double usual)
{
	double given = mg_jv_num(o->limits, key, -1);
	jv set = mg_jv_get(b->state->limits, key);

	if (jv_get_kind(set) == JV_KIND_NULL)
		usual = 0;
	jv_free(set);
	return given >= 0 ? given : mg_jv_num(b->state->limits, key, usual);
}

static int
go(struct bus *b, const struct options *o, const struct opening *op, jv keys, int resumed)
{
	struct mg_err e;
	int code;

	b->limit.deadline = limit_of(b, o, "deadline", DEADLINE);
	b->limit.final_timeout = limit_of(b, o, "final_timeout", FINAL_TIMEOUT);
	b->limit.max_tokens = limit_of(b, o, "max_tokens", 0);
	b->limit.max_cost = limit_of(b, o, "max_cost", 0);
	if (o->dir != NULL)
		b->resume_dir = b->run->state;
	if (cast_peers(b, o, &op->config, keys, &e) == -1)
		mg_die(&e);
	code = bus_run(b, resumed);
	bus_free(b);
	return code;
}

static int
resume(const struct options *o)
{
	struct opening op;
	struct run run;
	struct bus b;
	struct mg_err e;
	jv keys;
	int code;

	if (opening_secrets(&op, o, &e) == -1 || run_open(&run, o->dir, o->resume, &e) == -1)
		mg_die(&e);
	begin(&b, o, &run);
	if (bus_load(&b, &e) == -1)
		mg_die(&e);
	b.journal.keep = o->format == FORMAT_NDJSON;
	if (jv_is_valid(b.state->final)) {
		code = bus_print(&b);
		bus_free(&b);
	} else {
		if (cast_keys(b.state, o, &op.config, &keys, &e) == -1)
			mg_die(&e);
		code = go(&b, o, &op, keys, 1);
		jv_free(keys);
	}
	opening_free(&op);
	run_close(&run);
	return code;
}

/* The opening folded once before a run exists: is it one, and can its agents work? */
static void
rehearse(const struct opening *op, const struct options *o, const struct mg_buf *lines, jv *keys)
{
	struct bus b;
	struct mg_err e;

	begin(&b, o, NULL);
	b.progress = 0;
	if (bus_open(&b, mg_buf_str(lines), lines->len, &e) == -1)
		mg_die(&e);
	if (!o->plan && cast_keys(b.state, o, &op->config, keys, &e) == -1)
		mg_die(&e);
	bus_free(&b);
}

static int
anew(const struct options *o)
{
	struct mg_buf lines = MG_BUF((size_t)-2);
	struct opening op;
	struct run run;
	struct bus b;
	struct mg_err e;
	jv keys = jv_invalid();
	int code;

	if (opening_read(&op, o, &e) == -1)
		mg_die(&e);
	opening_lines(&op, o, NULL, &lines);
	rehearse(&op, o, &lines, &keys);
	if (o->plan) {
		fwrite(lines.p, 1, lines.len, stdout);	/* its failure is seen when stdout is closed */
		if (mg_stdout_close(&e) == -1)
			mg_die(&e);
		mg_buf_free(&lines);
		opening_free(&op);
		return MG_OK;
	}
	if (run_create(&run, o->dir, &e) == -1)
		mg_die(&e);
	mg_buf_clear(&lines);
	opening_lines(&op, o, run.id, &lines);
	begin(&b, o, &run);
	b.journal.fd = run.fd;
	if (bus_open(&b, mg_buf_str(&lines), lines.len, &e) == -1)
		mg_die(&e);
	mg_buf_free(&lines);
	code = go(&b, o, &op, keys, 0);
	jv_free(keys);
	opening_free(&op);
	run_close(&run);
	return code;
}

int
main(int argc, char *argv[])
{
	struct options o = { .format = FORMAT_TEXT };
	struct mg_err e;
	int code;

	mg_start(&cmd, argv);
	o.limits = jv_object();
	parse(&o, argc, argv);
	if (cast_check(&o, &e) == -1)
		mg_die(&e);
	code = o.resume != NULL ? resume(&o) : anew(&o);
	jv_free(o.limits);
	free(o.files.w);
	free(o.peers.w);
	free(o.final_flags.w);
	free(o.agent_flags.w);
	return code;
}
