/* mg-vote - the tally: who won, and why.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <unistd.h>
#include <fcntl.h>
#include <errno.h>

#include "chunk/emit.h"
#include "coord/state.h"
#include "coord/tally.h"
#include "rt/err.h"
#include "rt/lines.h"
#include "rt/mem.h"
#include "rt/opt.h"
#include "rt/proc.h"
#include "rt/write.h"

#define SOURCE "mg-vote"

static const struct mg_opt opts[] = {
	{ 'f', "follow", NULL, "stay on a bus and decide as soon as it can be decided" },
	{ 'n', "now", NULL, "decide on what there is, as at a deadline" },
	{ 't', "table", NULL, "print the count for people instead of a decision" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-vote", "[file ...]", "the tally: who won, and why", opts };

struct vote {
	int		 follow, now, table;
	struct mg_state	*state;
	jv		 bad;		/* lines that were no chunk: [{line, why}] */
	int		 refused;	/* how many */
};

static void
note_bad(struct vote *v, const char *file, size_t line, const char *why)
{
	jv o = jv_object_set(jv_object(), jv_string("line"), jv_number((double)line));

	mg_warn("%s: line %zu: %s; it is left out", file, line, why);
	if (v->refused++ < 100)
		v->bad = jv_array_append(v->bad, jv_object_set(o, jv_string("why"), jv_string(why)));
	else
		jv_free(o);
}

/* One line into the fold; most are of a type that does not count and are only
 * looked at.  0, or -1 for a run that contradicts itself. */
static int
vote_line(struct vote *v, const char *file, const char *line, size_t len, size_t number, struct mg_err *e)
{
	struct mg_span type, source;
	struct mg_chunk c;
	struct mg_bad bad;

	if (mg_chunk_peek(line, len, &type, &source) && mg_type_of(type) != MG_UNKNOWN &&
	    !mg_state_wants(mg_type_of(type)))
		return 0;
	if (mg_chunk_read(&c, line, len, &bad) == -1 || mg_chunk_check(&c, &bad) == -1) {
		note_bad(v, file, number, bad.why);
		return 0;
	}
	return mg_state_apply(v->state, &c, number, e);
}

static jv
with_bad_lines(const struct vote *v, jv decision)
{
	jv ignored = mg_jv_get(decision, "ignored");

	return jv_object_set(decision, jv_string("ignored"), jv_array_concat(ignored, jv_copy(v->bad)));
}

static int
say_decision(const struct vote *v, jv decision, struct mg_err *e)
{
	static const char *const order[] = { "winner", "answer", "tie", "rule", "count", "votes", "vector",
	    "quorum", "deadline", "ignored" };
	struct mg_buf b = MG_BUF(MG_LINE_MAX);
	jv d = with_bad_lines(v, jv_copy(decision));
	size_t i;
	int r;

	mg_put_begin(&b, "decision", SOURCE, NULL);
	for (i = 0; i < sizeof order / sizeof *order; i++)
		mg_put_value(&b, order[i], mg_jv_get(d, order[i]));
	mg_put_end(&b);
	jv_free(d);
	r = mg_write(1, mg_buf_str(&b), b.len, e);
	mg_buf_free(&b);
	return r;
}

static void
print_table(const struct vote *v, const struct mg_tally *t)
{
	jv count = mg_jv_get(t->decision, "count"), votes = mg_jv_get(t->decision, "votes");
	const char *winner = mg_jv_str(t->decision, "winner", "");
	size_t i;

	printf("%-20s %7s %5s  %s\n", "agent", "answers", "votes", "");
	for (i = 0; i < v->state->nagent; i++) {
		const struct mg_agent *a = &v->state->agent[i];
		if (a->registered)
			printf("%-20s %7ld %5g  %s\n", a->id, mg_state_newest(a), mg_jv_num(count, a->id, 0),
			    strcmp(a->id, winner) == 0 ? "winner" : mg_state_failed(a) ? "failed" : "");
	}
	if (jv_get_kind(votes) == JV_KIND_ARRAY)
		jv_array_foreach(votes, k, x) {
			printf("%s for %s%s%s%s\n", mg_jv_str(x, "source", ""), mg_jv_str(x, "for", ""),
			    mg_jv_true(x, "counted", 0) ? "" : ", not counted",
			    *mg_jv_str(x, "why", "") != '\0' ? ": " : "", mg_jv_str(x, "why", ""));
			jv_free(x);
		}
	if (t->decided)
		printf("rule: %s%s\n", mg_jv_str(t->decision, "rule", ""),
		    mg_jv_true(t->decision, "tie", 0) ? ", a tie broken by registration order" : "");
	jv_free(count);
	jv_free(votes);
}

static void
say_owed(const struct vote *v, jv owed)
{
	struct mg_buf b = MG_BUF(400);

	if (mg_state_registered(v->state) == 0) {
		mg_warn("undecided: no agent takes part in this input");
		return;
	}
	jv_array_foreach(owed, i, id) {
		mg_buf_printf(&b, "%s%s", i > 0 ? ", " : "", jv_string_value(id));
		jv_free(id);
	}
	mg_warn("undecided: a valid vote is owed by %s (another round, or --now)", mg_buf_str(&b));
	mg_buf_free(&b);
}

/* Prints what was found; the exit status. */
static int
vote_end(struct vote *v, struct mg_err *e)
{
	struct mg_tally t;
	int r;

	mg_tally(v->state, v->now, &t);
	if (v->table) {
		print_table(v, &t);
		if (mg_stdout_close(e) == -1)
			mg_die(e);
	} else if (t.decided && say_decision(v, t.decision, e) == -1) {
		mg_die(e);
	}
	r = t.decided && *mg_jv_str(t.decision, "winner", "") != '\0' ? MG_OK : MG_NO;
	if (!t.decided)
		say_owed(v, t.owed);
	else if (r == MG_NO)
		mg_warn("nobody won: no agent has an answer");
	mg_tally_free(&t);
	return r;
}

static int
is_open(const struct mg_state *s)
{
	return s->ready_n > 0 && !jv_is_valid(s->decision);
}

/* On a bus: tallies after every line once the run is ready, decides once. */
static int
vote_follow(struct vote *v, struct mg_lines *in, struct mg_err *e)
{
	struct mg_tally t;
	char *line;
	size_t len;
	int r, code = MG_OK;

	while ((r = mg_lines_get(in, &line, &len, e)) == MG_LINES_OK || r == MG_LINES_LONG) {
		if (r == MG_LINES_LONG)
			continue;
		if (vote_line(v, "the bus", line, len, mg_lines_number(in), e) == -1)
			mg_die(e);
		if (!is_open(v->state))
			continue;
		mg_tally(v->state, 0, &t);
		if (t.decided) {
			if (say_decision(v, t.decision, e) == -1)
				mg_die(e);
			code = *mg_jv_str(t.decision, "winner", "") != '\0' ? MG_OK : MG_NO;
			mg_tally_free(&t);
			return code;
		}
		mg_tally_free(&t);
	}
	return MG_NO;
}

static void
vote_read(struct vote *v, int fd, const char *file, struct mg_err *e)
{
	struct mg_lines *in = mg_lines_new(fd, MG_LINE_MAX);
	char *line;
	size_t len;
	int r;

	while ((r = mg_lines_get(in, &line, &len, e)) != MG_LINES_END) {
		if (r == -1)
			mg_die(e);
		if (r == MG_LINES_LONG)
			note_bad(v, file, mg_lines_number(in), "longer than 16 MiB");
		else if (r == MG_LINES_TORN)
			note_bad(v, file, mg_lines_number(in), "the input ends inside this line");
		else if (vote_line(v, file, line, len, mg_lines_number(in), e) == -1)
			mg_quit(e->code, "%s: %s", file, e->msg);
	}
	mg_lines_free(in);
}

int
main(int argc, char *argv[])
{
	struct vote v = { 0 };
	struct mg_lines *in;
	struct mg_err e;
	int k, fd, code;

	mg_start(&cmd, argv);
	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (k) {
		case 'f': v.follow = 1; break;
		case 'n': v.now = 1; break;
		case 't': v.table = 1; break;
		}
	if (v.follow && (v.table || v.now || optind < argc))
		mg_usage(&cmd, "--follow goes with nothing else");
	v.state = mg_state_new();
	v.bad = jv_array();
	if (v.follow) {
		mg_proc_follow_parent(SIGTERM);
		in = mg_lines_new(0, MG_LINE_MAX);
		code = vote_follow(&v, in, &e);
		mg_lines_free(in);
	} else {
		if (optind == argc)
			vote_read(&v, 0, "standard input", &e);
		for (; optind < argc; optind++) {
			if ((fd = open(argv[optind], O_RDONLY | O_CLOEXEC)) == -1)
				mg_quit(MG_SYS, "%s: %s", argv[optind], strerror(errno));
			vote_read(&v, fd, argv[optind], &e);
		}
		code = vote_end(&v, &e);
	}
	jv_free(v.bad);
	mg_state_free(v.state);
	return code;
}
