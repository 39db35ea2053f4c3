/* mg-final - the winner presents: one final answer, bounded in time, never empty-handed.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunk/emit.h"
#include "coord/prompt.h"
#include "coord/state.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/lines.h"
#include "rt/mem.h"
#include "rt/opt.h"
#include "rt/proc.h"
#include "rt/share.h"
#include "rt/wake.h"
#include "rt/write.h"

#define SOURCE "mg-final"

enum { O_TOTAL = 256, O_FIRST, O_IDLE, O_NO_PRESENT, O_PROMPTS, O_SHOW, O_TRIES };

static const struct mg_opt opts[] = {
	{ O_TOTAL, "final-timeout", "seconds", "time for the presentation (600)" },
	{ O_FIRST, "first-byte-timeout", "seconds", "time until it begins (300)" },
	{ 'f', "follow", NULL, "stay on a bus and present when a decision falls" },
	{ O_IDLE, "idle-timeout", "seconds", "silence that it may have (120)" },
	{ O_NO_PRESENT, "no-present", NULL, "take the winning answer as it is, without a call" },
	{ O_PROMPTS, "prompts", "folder", "texts that come before those of mg" },
	{ O_SHOW, "show-prompt", NULL, "print the messages that the winner would get and stop" },
	{ O_TRIES, "tries", "count", "presentations that may be asked for (2)" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-final", "", "the winner presents the final answer", opts };

struct final {
	int		 follow, no_present, show;
	long		 tries;
	double		 total, first, idle;	/* seconds; negative: not given */
	struct mg_state	*s;
	struct mg_buf	 run;		/* off the bus: what the winner's process must hear */
	struct mg_lines	*in;		/* where the winner is heard: the bus, or its own process */
	int		 out;		/* where it is asked */
	struct mg_proc	 p;		/* off the bus */
	int		 wake, signal;
	int64_t		 start;
};

struct try {
	char		*turn;
	struct mg_buf	 text;
	int		 begun, over;
	const char	*why;		/* it came to nothing: a sentence for `degraded` */
	char		 reason[200];
};

static int
relayed(const struct mg_chunk *c)
{
	return (mg_types[c->type].flags & MG_RELAYED) != 0 || c->type == MG_UNKNOWN;
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
	if (!f->follow && relayed(&c)) {
		mg_buf_add(&f->run, line, len);
		mg_buf_addc(&f->run, '\n');
	}
}

static void
take_signal(struct final *f)
{
	int sig;

	while ((sig = mg_wake_next()) != 0)
		if (sig != SIGCHLD)
			f->signal = sig;
}

/* A line that may belong to the try: content, done or error with its turn. */
static int
hear(struct try *t, const char *line, size_t len)
{
	struct mg_chunk c;
	struct mg_bad bad;
	char *turn, *message;
	jv content;
	int mine;

	if (mg_chunk_read(&c, line, len, &bad) == -1 ||
	    (c.type != MG_CONTENT && c.type != MG_REASONING && c.type != MG_DONE && c.type != MG_ERROR))
		return 0;
	turn = mg_chunk_str(&c, "turn", NULL);
	mine = turn != NULL && strcmp(turn, t->turn) == 0;
	free(turn);
	if (!mine)
		return 0;
	t->begun = 1;
	if (c.type == MG_CONTENT) {
		content = mg_chunk_value(&c, "content");
		mg_content_text(&t->text, content);
		jv_free(content);
	} else if (c.type == MG_DONE) {
		t->over = 1;
	} else if (c.type == MG_ERROR) {
		message = mg_chunk_str(&c, "message", NULL);
		snprintf(t->reason, sizeof t->reason, "the presentation failed: %s", message != NULL ? message : "");
		free(message);
		t->why = t->reason;
		t->over = 1;
	}
	return 1;
}

/* Reads what stands there; lines of the try renew the silence limit.  0: the other end is gone. */
static int
read_lines(struct final *f, struct try *t, int *heard)
{
	struct mg_err e;
	enum mg_line r;
	char *line;
	size_t len;
	int n;

	if ((n = mg_lines_fill(f->in, &e)) == -1)
		mg_die(&e);
	while ((r = mg_lines_next(f->in, &line, &len)) != MG_LINES_MORE) {
		if (r != MG_LINES_OK)
			continue;
		if (hear(t, line, len))
			*heard = 1;
		if (!f->follow && (mg_write(1, line, len, &e) == -1 || mg_write(1, "\n", 1, &e) == -1))
			mg_die(&e);
	}
	return n;
}

/* Waits for the end of one try, within all three limits. */
static void
await(struct final *f, struct try *t, int64_t total)
{
	int64_t silence = mg_after(f->first);
	struct pollfd fds[2];
	int heard, open = 1;

	while (!t->over) {
		fds[0] = (struct pollfd){ .fd = mg_lines_fd(f->in), .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = f->wake, .events = POLLIN };
		if (poll(fds, 2, mg_timeout(mg_sooner(silence, total))) == -1 && errno != EINTR)
			mg_quit(MG_SYS, "poll: %s", strerror(errno));
		heard = 0;
		if (fds[0].revents != 0)
			open = read_lines(f, t, &heard);
		if (fds[1].revents != 0)
			take_signal(f);
		if (heard)
			silence = mg_after(f->idle);
		if (t->over)
			return;
		t->over = 1;
		if (f->signal != 0 || (!open && f->follow))
			t->why = "the presentation was interrupted";
		else if (!open)
			t->why = "the winner's process ended";
		else if (mg_now() >= total)
			t->why = "the presentation took longer than its limit";
		else if (mg_now() >= silence)
			t->why = t->begun ? "the presentation fell silent" : "the presentation did not begin within its limit";
		else
			t->over = 0;
	}
}

static int
write_ask(struct final *f, const struct try *t, const char *again, const char *said, int64_t total)
{
	struct mg_buf b = MG_BUF(MG_LINE_MAX);
	struct mg_err e;
	jv messages = mg_prompt_final(f->s, again, said, &e), l = jv_object();
	const char *winner = mg_jv_str(f->s->decision, "winner", "");
	int r;

	if (!jv_is_valid(messages)) {
		jv_free(messages);
		jv_free(l);
		mg_warn("%s", e.msg);
		return -1;
	}
	mg_put_begin(&b, "ask", SOURCE, winner);
	mg_put_str(&b, "turn", t->turn);
	mg_put_value(&b, "content", messages);
	if (f->first > 0)
		l = jv_object_set(l, jv_string("first_byte"), jv_number(f->first));
	if (f->idle > 0)
		l = jv_object_set(l, jv_string("idle"), jv_number(f->idle));
	if (total != MG_NEVER)
		l = jv_object_set(l, jv_string("total"), jv_number((double)(total - mg_now()) / 1000));
	mg_put_value(&b, "limits", l);
	mg_put_end(&b);
	r = mg_write(f->out, mg_buf_str(&b), b.len, &e);
	if (r == 0 && f->out != 1)	/* off the bus nobody else would show what was asked */
		r = mg_write(1, mg_buf_str(&b), b.len, &e);
	mg_buf_free(&b);
	return r;
}

/* Off the bus: the winner's process, told the whole run. */
static int
start_winner(struct final *f, struct mg_err *e)
{
	const char *winner = mg_jv_str(f->s->decision, "winner", "");
	const struct mg_agent *a = mg_state_agent(f->s, winner, strlen(winner));
	jv launcher = mg_jv_get(a->chunk, "launcher");
	char *argv[64], *self = NULL;
	struct mg_spawn spawn = { .argv = argv, .death_signal = SIGTERM };
	struct mg_buf ready = MG_BUF(1024);
	int n = 0, r = -1;

	if (jv_get_kind(launcher) == JV_KIND_ARRAY)
		jv_array_foreach(launcher, i, w) {
			if (n < 56 && jv_get_kind(w) == JV_KIND_STRING)
				argv[n++] = (char *)jv_string_value(w);	/* launcher holds it */
			jv_free(w);
		}
	argv[n] = n > 0 ? (char *)"mg-agent" : (self = mg_proc_sibling("mg-agent"));
	argv[n + 1] = (char *)"--follow";
	argv[n + 2] = (char *)"--id";
	argv[n + 3] = (char *)winner;
	argv[n + 4] = NULL;
	if (mg_proc_start(&f->p, &spawn, e) == 0) {
		mg_put_begin(&ready, "status", "mg-run", NULL);
		mg_put_str(&ready, "status", "ready");
		mg_put_end(&ready);
		f->in = mg_lines_new(f->p.out, MG_LINE_MAX);
		f->out = f->p.in;
		f->p.out = -1;
		r = mg_write(f->out, mg_buf_str(&f->run), f->run.len, e) == -1 ||
		    mg_write(f->out, mg_buf_str(&ready), ready.len, e) == -1 ? -1 : 0;
		mg_buf_free(&ready);
	}
	free(self);
	jv_free(launcher);
	return r;
}

static const struct mg_answer *
winning_answer(const struct final *f)
{
	const char *winner = mg_jv_str(f->s->decision, "winner", ""), *label = mg_jv_str(f->s->decision, "answer", "");
	const struct mg_agent *a = mg_state_agent(f->s, winner, strlen(winner));
	size_t idlen, i;
	long n = 0;

	if (a == NULL || a->nanswer == 0)
		return NULL;
	if (mg_label_split(label, strlen(label), &idlen, &n) == 0)
		for (i = 0; i < a->nanswer; i++)
			if (a->answer[i].n == n)
				return &a->answer[i];
	return &a->answer[a->nanswer - 1];
}

/* The one final: text, or the winning answer where text is NULL; degraded says why. */
static void
say_final(struct final *f, const char *text, size_t len, const char *degraded, long tries)
{
	struct mg_buf b = MG_BUF(2 * MG_LINE_MAX);
	jv d = jv_object_set(jv_object(), jv_string("winner"), mg_jv_get(f->s->decision, "winner"));
	jv checks = jv_object_set(jv_object(), jv_string("tries"), jv_number((double)tries));
	struct mg_err e;

	d = jv_object_set(d, jv_string("answer"), mg_jv_get(f->s->decision, "answer"));
	checks = jv_object_set(checks, jv_string("seconds"), jv_number((double)(mg_now() - f->start) / 1000));
	mg_put_begin(&b, "final", SOURCE, NULL);
	if (text != NULL)
		mg_put_strn(&b, "content", text, len);
	else
		mg_put_value(&b, "content", jv_copy(winning_answer(f)->content));
	mg_put_value(&b, "decision", d);
	if (degraded != NULL) {
		mg_put_str(&b, "degraded", degraded);
		mg_warn("%s; the winning answer is the final", degraded);
	}
	mg_put_value(&b, "checks", checks);
	mg_put_end(&b);
	if (mg_write(1, mg_buf_str(&b), b.len, &e) == -1)
		mg_die(&e);
	mg_buf_free(&b);
}

static int
blank(const struct mg_buf *b)
{
	return b->len == strspn(mg_buf_str(b), " \t\r\n");
}

static void
present(struct final *f)
{
	int64_t total = mg_after(f->total);
	struct mg_err e;
	long n;

	if (!f->follow && start_winner(f, &e) == -1) {
		say_final(f, NULL, 0, e.msg, 0);
		return;
	}
	for (n = 1; n <= f->tries; n++) {
		struct try t = { .text = MG_BUF(MG_LINE_MAX / 2) };
		int over;

		t.turn = mg_printf("final/%ld-%ld", n, (long)getpid());
		if (write_ask(f, &t, n > 1 ? "it was empty." : NULL, NULL, total) == -1)
			t.why = "the winner could not be asked";
		else
			await(f, &t, total);
		over = t.why != NULL || !blank(&t.text) || n == f->tries;	/* only emptiness is asked again */
		if (over && t.why == NULL && !blank(&t.text))
			say_final(f, t.text.p, t.text.len, NULL, n);
		else if (over)
			say_final(f, NULL, 0, t.why != NULL ? t.why : "the presentation was empty", n);
		mg_buf_free(&t.text);
		free(t.turn);
		if (over)
			return;
	}
}

/* Whether there is anything to present; else the winning answer is the final already. */
static int
takes_answer(const struct final *f)
{
	return f->no_present || mg_state_registered(f->s) == 1 ||
	    (mg_state_deadline(f->s) && f->s->deadline != NULL && strcmp(f->s->deadline, "time") != 0);
}

static void
limits(struct final *f)
{
	jv l = f->s->limits;

	if (f->total < 0)
		f->total = mg_jv_num(l, "final_timeout", 600);
	if (f->first < 0)
		f->first = mg_jv_num(l, "first_byte_timeout", 300);
	if (f->idle < 0)
		f->idle = mg_jv_num(l, "idle_timeout", 120);
}

static int
finish(struct final *f)
{
	struct mg_buf b = MG_BUF(MG_BODY_MAX);
	struct mg_err e;
	jv messages;

	mg_state_settle(f->s);
	limits(f);
	f->start = mg_now();
	if (!jv_is_valid(f->s->decision) || winning_answer(f) == NULL) {
		mg_warn("nothing to present: %s", jv_is_valid(f->s->null_decision) ? "nobody won" :
		    jv_is_valid(f->s->decision) ? "the winning answer is not in the input" :
		    "no decision in the input (mg-vote makes one)");
		return MG_NO;
	}
	if (f->show) {
		messages = mg_prompt_final(f->s, NULL, NULL, &e);
		if (!jv_is_valid(messages))
			mg_die(&e);
		mg_prompt_text(&b, messages);
		jv_free(messages);
		if (mg_write(1, mg_buf_str(&b), b.len, &e) == -1)
			mg_die(&e);
		mg_buf_free(&b);
	} else if (takes_answer(f)) {
		say_final(f, NULL, 0, f->no_present || mg_state_registered(f->s) == 1 ? NULL :
		    "the run's budget is used up", 0);
	} else {
		present(f);
	}
	return MG_OK;
}

/* Reads until the end of input or, on the bus, until a decision has fallen. */
static void
read_run(struct final *f)
{
	struct mg_err e;
	char *line;
	size_t len;
	int r;

	while (!f->follow || !f->s->ready_n || (!jv_is_valid(f->s->decision) && !jv_is_valid(f->s->null_decision))) {
		if ((r = mg_lines_get(f->in, &line, &len, &e)) == -1)
			mg_die(&e);
		if (r == MG_LINES_END)
			return;
		if (r == MG_LINES_OK)
			fold(f, line, len, mg_lines_number(f->in));
		else
			mg_warn("line %zu: %s; it is left out", mg_lines_number(f->in),
			    r == MG_LINES_LONG ? "longer than 16 MiB" : "the input ends inside this line");
	}
}

int
main(int argc, char *argv[])
{
	static const int signals[] = { SIGPIPE, 0 };
	struct final f = { .tries = 2, .total = -1, .first = -1, .idle = -1, .out = 1, .p = MG_PROC_NONE };
	struct mg_err e;
	int k, code;

	mg_start(&cmd, argv);
	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (k) {
		case O_TOTAL: f.total = mg_optsec(&cmd, "--final-timeout"); break;
		case O_FIRST: f.first = mg_optsec(&cmd, "--first-byte-timeout"); break;
		case 'f': f.follow = 1; break;
		case O_IDLE: f.idle = mg_optsec(&cmd, "--idle-timeout"); break;
		case O_NO_PRESENT: f.no_present = 1; break;
		case O_PROMPTS: mg_share_dir(optarg); break;
		case O_SHOW: f.show = 1; break;
		case O_TRIES: f.tries = mg_optnum(&cmd, "--tries", 1, 10); break;
		}
	if (optind < argc)
		mg_usage(&cmd, "%s: no operand is expected; the run comes on standard input", argv[optind]);
	if ((f.wake = mg_wake_start(signals, &e)) == -1)
		mg_die(&e);
	if (f.follow)
		mg_proc_follow_parent(SIGTERM);
	f.s = mg_state_new();
	f.run = MG_BUF((size_t)-2);
	f.in = mg_lines_new(0, MG_LINE_MAX);
	read_run(&f);
	if (!f.follow) {
		mg_lines_free(f.in);
		f.in = NULL;
	}
	code = f.follow && !jv_is_valid(f.s->decision) ? MG_NO : finish(&f);
	mg_lines_free(f.in);
	mg_proc_stop(&f.p, 500);
	mg_buf_free(&f.run);
	mg_state_free(f.s);
	return code;
}
