/* mg-agent - one agent: a model, or any program, takes its turn.
 * SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "mg-agent/agent.h"
#include "mg-agent/tools.h"
#include "model/provider.h"
#include "net/http.h"
#include "rt/bounds.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/opt.h"
#include "rt/proc.h"
#include "rt/share.h"
#include "rt/wake.h"
#include "rt/write.h"

enum { O_CONNECT = 256, O_DRY, O_FIRST, O_IDLE, O_MAX, O_PROMPTS, O_RECORD, O_REPLAY, O_SHOW, O_TOOL, O_TOOLS,
	O_TRIES, O_TURN };

static const struct mg_opt opts[] = {
	{ O_CONNECT, "connect-timeout", "seconds", "time to connect (10; 0: no limit)" },
	{ O_DRY, "dry-run", NULL, "print the exact request, its key masked, and send nothing" },
	{ O_FIRST, "first-byte-timeout", "seconds", "time until a reply begins (300)" },
	{ 'f', "follow", NULL, "stay on a bus until the end of input" },
	{ 'i', "id", "id", "which agent of the input this is" },
	{ O_IDLE, "idle-timeout", "seconds", "silence that a reply may have (120)" },
	{ O_MAX, "max-answers", "count", "acts before it may only vote (3)" },
	{ O_PROMPTS, "prompts", "folder", "texts that come before those of mg" },
	{ O_RECORD, "record", "folder", "keep the provider's raw bytes and their timing" },
	{ O_REPLAY, "replay", "folder", "play them back with no network" },
	{ O_SHOW, "show-prompt", NULL, "print the messages of its next act and stop" },
	{ O_TOOL, "tool-timeout", "seconds", "time for one round of tool calls (120)" },
	{ O_TOOLS, "tools", "command", "a tool provider to start" },
	{ O_TRIES, "tries", "count", "calls of the provider where one fails (3)" },
	{ O_TURN, "turn-timeout", "seconds", "time for a turn (900)" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-agent", "", "one agent: a model, or any program, takes its turn", opts };

static void
options(struct agent *a, int argc, char *argv[])
{
	struct options *o = &a->o;
	int k;

	*o = (struct options){ .max_answers = -1, .turn = -1, .tool = -1,
		.limit = { .connect = -1, .first_byte = -1, .idle = -1, .tries = -1 } };
	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (k) {
		case O_CONNECT: o->limit.connect = mg_optsec(&cmd, "--connect-timeout"); break;
		case O_DRY: o->dry_run = 1; break;
		case O_FIRST: o->limit.first_byte = mg_optsec(&cmd, "--first-byte-timeout"); break;
		case 'f': o->follow = 1; break;
		case 'i': o->id = optarg; break;
		case O_IDLE: o->limit.idle = mg_optsec(&cmd, "--idle-timeout"); break;
		case O_MAX: o->max_answers = mg_optnum(&cmd, "--max-answers", 1, 1000); break;
		case O_PROMPTS: o->prompts = optarg; break;
		case O_RECORD: o->record = optarg; break;
		case O_REPLAY: o->replay = optarg; break;
		case O_SHOW: o->show_prompt = 1; break;
		case O_TOOL: o->tool = mg_optsec(&cmd, "--tool-timeout"); break;
		case O_TOOLS: o->tools = optarg; break;
		case O_TRIES: o->limit.tries = mg_optnum(&cmd, "--tries", 1, 100); break;
		case O_TURN: o->turn = mg_optsec(&cmd, "--turn-timeout"); break;
		}
	if (optind < argc)
		mg_usage(&cmd, "%s: no operand is expected; the run comes on standard input", argv[optind]);
	if (o->follow && (o->dry_run || o->show_prompt))
		mg_usage(&cmd, "--follow goes with neither --dry-run nor --show-prompt");
}

/* What the command line left open: the task's limits, else our own. */
static void
limits(struct agent *a)
{
	jv l = a->s->limits;
	struct options *o = &a->o;

	if (o->limit.connect < 0)
		o->limit.connect = mg_jv_num(l, "connect_timeout", 10);
	if (o->limit.first_byte < 0)
		o->limit.first_byte = mg_jv_num(l, "first_byte_timeout", 300);
	if (o->limit.idle < 0)
		o->limit.idle = mg_jv_num(l, "idle_timeout", 120);
	if (o->turn < 0)
		o->turn = mg_jv_num(l, "turn_timeout", 900);
	if (o->max_answers < 0)
		o->max_answers = (long)mg_jv_num(l, "max_answers", 3);
	if (o->limit.tries < 1)
		o->limit.tries = (long)mg_jv_num(l, "tries", 3);
	if (o->tool < 0)
		o->tool = mg_jv_num(l, "tool_timeout", 120);
	if (o->max_answers < 1)
		o->max_answers = 1;
}

/* Which agent this is: named, or the only one. */
static void
identify(struct agent *a)
{
	mg_state_settle(a->s);
	if (a->o.id == NULL && mg_state_registered(a->s) == 1)
		a->o.id = a->s->agent[0].id;
	if (a->o.id == NULL)
		mg_quit(MG_USAGE, "--id: needed where the input has %zu agents", mg_state_registered(a->s));
	if (agent_self(a) == NULL || !agent_self(a)->registered)
		mg_quit(MG_USAGE, "--id: no agent '%s' in the input", a->o.id);
	if (!jv_is_valid(a->s->task))
		mg_quit(MG_DATA, "no task in the input");
	agent_backend(a);
	limits(a);
}

/* On the bus: acts when it is its turn, answers what it is asked, until the end of input. */
static int
follow(struct agent *a)
{
	while (!a->eof && a->signal == 0 && !a->ready)
		agent_wait(a, NULL, 0, MG_NEVER);
	if (!a->ready)
		return a->signal != 0 ? 128 + a->signal : MG_OK;
	identify(a);
	while (!a->eof && a->signal == 0) {
		mg_state_settle(a->s);
		if (jv_is_valid(a->ask))
			agent_asked(a);
		else if (!a->failed && mg_state_acts(agent_self(a)) >= a->expected && mg_turn_due(a->s, agent_self(a)))
			agent_act(a);
		if (a->eof || a->signal != 0)
			break;
		mg_state_settle(a->s);
		/* what we said counts when the bus says it: so wait after every act */
		if (!jv_is_valid(a->ask))
			agent_wait(a, NULL, 0, MG_NEVER);
	}
	return a->signal != 0 ? 128 + a->signal : MG_OK;
}

/* Off the bus: one act at the end of input. */
static int
once(struct agent *a)
{
	const struct mg_agent *self;

	agent_read_all(a);
	if (a->signal != 0)
		return 128 + a->signal;
	identify(a);
	if (a->o.dry_run || a->o.show_prompt)
		return agent_show(a);
	if (jv_is_valid(a->ask)) {
		agent_asked(a);
		return MG_OK;
	}
	if (jv_is_valid(a->s->decision)) {
		mg_warn("%s: nothing to do: the run is decided", a->o.id);
		return MG_OK;
	}
	self = agent_self(a);
	if (mg_state_failed(self))
		say_status(a, "started", jv_invalid());
	agent_act(a);
	if (a->signal != 0)
		return 128 + a->signal;
	return !a->failed ? MG_OK : a->failed_temp ? MG_TEMP : MG_NO;
}

int
main(int argc, char *argv[])
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, 0 };
	struct agent a = { .heard = MG_BUF(MG_QUEUE_MAX), .turn_deadline = MG_NEVER };
	struct mg_err e;
	int code;

	mg_start(&cmd, argv);
	options(&a, argc, argv);
	mg_share_dir(a.o.prompts);
	if ((a.wake = mg_wake_start(signals, &e)) == -1)
		mg_die(&e);
	if (a.o.follow)
		mg_proc_follow_parent(SIGTERM);
	a.s = mg_state_new();
	a.in = mg_lines_new(0, MG_LINE_MAX);
	a.ask = a.backend = jv_invalid();
	code = a.o.follow ? follow(&a) : once(&a);
	tools_stop(&a);
	coprocess_stop(&a);
	mg_buf_free(&a.heard);
	mg_provider_free(a.provider);
	mg_http_free(a.http);
	jv_free(a.backend);
	jv_free(a.ask);
	if (a.key != NULL)
		explicit_bzero(a.key, strlen(a.key));
	free(a.key);
	mg_state_free(a.s);
	mg_lines_free(a.in);
	return code;
}
