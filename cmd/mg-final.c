/* mg-final - have the winner present the final answer
 * SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "coord/asks.h"
#include "coord/prompt.h"
#include "mg-final/check.h"
#include "mg-final/final.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/opt.h"
#include "rt/share.h"
#include "rt/write.h"

enum { O_AUDIT = 256, O_CHECK, O_TOTAL, O_FIRST, O_IDLE, O_JUDGE, O_NO_PRESENT, O_PROMPTS, O_SHOW, O_TASK, O_TEXT, O_TRIES };

static const struct mg_opt opts[] = {
	{ O_AUDIT, "audit", "file", "run scenarios against --config and report who asks" },
	{ O_CHECK, "check", NULL, "judge the finals of the input: does one ask for something?" },
	{ 'c', "config", "file", "with --audit: the agents, as for mg-run" },
	{ O_TOTAL, "final-timeout", "seconds", "time for the presentation (600)" },
	{ O_FIRST, "first-byte-timeout", "seconds", "time until it begins (300)" },
	{ 'f', "follow", NULL, "stay on a bus and present when a decision falls" },
	{ O_IDLE, "idle-timeout", "seconds", "silence that it may have (120)" },
	{ O_JUDGE, "judge", NULL, "ask a second agent where the check is unsure" },
	{ O_NO_PRESENT, "no-present", NULL, "take the winning answer as it is, without a call" },
	{ 'o', "output", "format", "with --audit: text, a table, or json" },
	{ O_PROMPTS, "prompts", "folder", "texts that come before those of mg" },
	{ O_SHOW, "show-prompt", NULL, "print the messages that the winner would get and stop" },
	{ O_TASK, "task", "text", "with --text: what the text was to do" },
	{ O_TEXT, "text", NULL, "with --check: the input is one plain text" },
	{ O_TRIES, "tries", "count", "presentations that may be asked for (3)" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-final", "", "have the winner present the final answer", opts };

static int
relayed(const struct mg_chunk *c)
{
	return (mg_types[c->type].flags & MG_RELAYED) != 0 || c->type == MG_UNKNOWN;
}

/* A ready that comes once more, to who was started again, says what the limit has left. */
static void
time_left(struct final *f, const struct mg_chunk *c)
{
	jv left = jv_invalid();

	if (c->type == MG_STATUS && mg_span_is(c->source, "mg-run"))
		left = mg_chunk_value(c, "left");
	if (jv_get_kind(left) == JV_KIND_NUMBER)
		f->left = jv_number_value(left);
	jv_free(left);
}

/* One line of the run into the fold. */
static void
fold(struct final *f, const char *line, size_t len, size_t number)
{
	struct mg_span type, source;
	struct mg_chunk c;
	struct mg_bad bad;
	struct mg_err e;

	if (mg_chunk_peek(line, len, &type, &source) && mg_type_of(type) != MG_UNKNOWN &&
	    !(mg_types[mg_type_of(type)].flags & MG_RELAYED))
		return;
	if (mg_chunk_read(&c, line, len, &bad) == -1 || mg_chunk_check(&c, &bad) == -1) {
		mg_warn("line %zu: %s; it is left out", number, bad.why);
		return;
	}
	if (mg_state_wants(c.type) && mg_state_apply(f->s, &c, number, &e) == -1)
		mg_die(&e);
	time_left(f, &c);
	if (!f->o.follow && relayed(&c)) {
		mg_buf_add(&f->run, line, len);
		mg_buf_addc(&f->run, '\n');
	}
}

/* Reads until the end of input or, on the bus, until a decision has fallen. */
static void
read_run(struct final *f)
{
	struct mg_err e;
	char *line;
	size_t len;
	int r;

	while (!f->o.follow || !f->s->ready_n || (!jv_is_valid(f->s->decision) && !jv_is_valid(f->s->null_decision))) {
		if ((r = mg_lines_get(f->bus.in, &line, &len, &e)) == -1)
			mg_die(&e);
		if (r == MG_LINES_END)
			return;
		if (r == MG_LINES_OK)
			fold(f, line, len, mg_lines_number(f->bus.in));
		else
			mg_warn("line %zu: %s; it is left out", mg_lines_number(f->bus.in),
			    r == MG_LINES_LONG ? "longer than 16 MiB" : "the input ends inside this line");
	}
}

/* What the command line left open: the task's limits (null: none), else our own. */
static double
limit(const struct final *f, double given, const char *key, double usual)
{
	jv set = mg_jv_get(f->s->limits, key);

	if (jv_get_kind(set) == JV_KIND_NULL)
		usual = 0;
	jv_free(set);
	return given >= 0 ? given : mg_jv_num(f->s->limits, key, usual);
}

static void
limits(struct final *f)
{
	jv l = f->s->limits;

	f->o.total = limit(f, f->o.total, "final_timeout", 600);
	if (f->left > 0 && (f->o.total <= 0 || f->left < f->o.total))
		f->o.total = f->left;
	f->o.first = limit(f, f->o.first, "first_byte_timeout", 300);
	f->o.idle = limit(f, f->o.idle, "idle_timeout", 120);
	f->o.tool = limit(f, -1, "tool_timeout", 120);
	if (f->o.tries < 1)
		f->o.tries = (long)mg_jv_num(l, "final_tries", 3);
	if (f->o.tries < 1)
		f->o.tries = 1;
	f->o.no_present |= !mg_jv_true(l, "present", 1);
	f->o.judge |= mg_jv_true(l, "judge", 0) || *mg_jv_str(l, "judge", "") != '\0';
	f->start = mg_now();
	f->total = mg_after(f->o.total);
}

/* The messages as the winner's process would send them. */
static void
show(struct final *f)
{
	struct mg_buf b = MG_BUF(MG_BODY_MAX);
	struct mg_err e;
	jv messages = mg_prompt_final(f->s, NULL, NULL, &e);

	if (jv_is_valid(messages))
		messages = mg_prompt_asked(final_winner(f), messages, &e);
	if (!jv_is_valid(messages))
		mg_die(&e);
	mg_prompt_text(&b, messages);
	jv_free(messages);
	if (mg_write(1, mg_buf_str(&b), b.len, &e) == -1)
		mg_die(&e);
	mg_buf_free(&b);
}

static int
finish(struct final *f)
{
	mg_state_settle(f->s);
	limits(f);
	if (!jv_is_valid(f->s->decision) || final_answer(f) == NULL) {
		if (!f->o.follow)
			mg_warn("nothing to present: %s", jv_is_valid(f->s->null_decision) ? "nobody won" :
			    jv_is_valid(f->s->decision) ? "the winning answer is not in the input" :
			    "no decision in the input (mg-vote makes one)");
		return MG_NO;
	}
	if (f->o.show)
		show(f);
	else
		present(f);
	return MG_OK;
}

static int
is_json(void)
{
	if (strcmp(optarg, "json") != 0 && strcmp(optarg, "text") != 0)
		mg_usage(&cmd, "--output: '%s' is not text or json", optarg);
	return strcmp(optarg, "json") == 0;
}

static void
options(struct options *o, int argc, char *argv[])
{
	int k;

	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (k) {
		case O_AUDIT: o->audit = optarg; break;
		case O_CHECK: o->check = 1; break;
		case 'c': o->config = optarg; break;
		case O_TOTAL: o->total = mg_optsec(&cmd, "--final-timeout"); break;
		case O_FIRST: o->first = mg_optsec(&cmd, "--first-byte-timeout"); break;
		case 'f': o->follow = 1; break;
		case O_IDLE: o->idle = mg_optsec(&cmd, "--idle-timeout"); break;
		case O_JUDGE: o->judge = 1; break;
		case O_NO_PRESENT: o->no_present = 1; break;
		case 'o': o->json = is_json(); break;
		case O_PROMPTS: mg_share_dir(o->prompts = optarg); break;
		case O_SHOW: o->show = 1; break;
		case O_TASK: o->task = optarg; break;
		case O_TEXT: o->check = o->text = 1; break;
		case O_TRIES: o->tries = mg_optnum(&cmd, "--tries", 1, 10); break;
		}
	if (optind < argc)
		mg_usage(&cmd, "%s: no operand is expected; the run comes on standard input", argv[optind]);
	if (o->task != NULL && !o->text)
		mg_usage(&cmd, "--task goes with --text: chunks have their own tasks");
	if ((o->audit != NULL) != (o->config != NULL))
		mg_usage(&cmd, "--audit and --config go together");
	if ((o->check || o->audit != NULL) && (o->follow || o->show))
		mg_usage(&cmd, "--check and --audit go with neither --follow nor --show-prompt");
}

int
main(int argc, char *argv[])
{
	struct final f = { .o = { .total = -1, .first = -1, .idle = -1 }, .bus = { .p = MG_PROC_NONE },
		.winner = { .p = MG_PROC_NONE }, .judge = { .p = MG_PROC_NONE } };
	int code;

	mg_start(&cmd, argv);
	options(&f.o, argc, argv);
	if (f.o.check)
		return check(f.o.text, f.o.task != NULL ? f.o.task : "");
	if (f.o.audit != NULL)
		return audit(&f.o);
	signal(SIGPIPE, SIG_IGN);	/* write(2) tells */
	if (f.o.follow) {
		mg_proc_follow_parent(SIGTERM);
		final_words(&f);	/* while the agents think */
	}
	f.s = mg_state_new();
	f.run = MG_BUF((size_t)-2);
	f.bus.in = mg_lines_new(0, MG_LINE_MAX);
	read_run(&f);
	code = finish(&f);
	talk_end(&f.winner);
	talk_end(&f.judge);
	mg_lines_free(f.bus.in);
	mg_buf_free(&f.run);
	mg_lexicon_free(f.words);
	mg_state_free(f.s);
	return code;
}
