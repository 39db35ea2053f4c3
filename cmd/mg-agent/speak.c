/* speak.c - what the agent adds to the run.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "chunk/emit.h"
#include "mg-agent/agent.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/write.h"

#define PIECE (MG_STREAM_MAX / 8)	/* escaped it may be six times as long */

void
say(struct agent *a, struct mg_buf *b)
{
	struct mg_err e;

	if (mg_write(1, mg_buf_str(b), b->len, &e) == -1) {
		a->cut = CUT_END;	/* nobody listens: as at the end of input */
		a->eof = 1;
		if (!a->o.follow)
			mg_die(&e);
	}
	mg_buf_free(b);
}

void
say_begin(struct agent *a, struct mg_buf *b, const char *type)
{
	*b = MG_BUF(MG_LINE_MAX * 2);
	mg_put_begin(b, type, a->o.id, a->to);
	if (a->turn != NULL)
		mg_put_str(b, "turn", a->turn);
}

void
say_stream(struct agent *a, const char *type, const char *p, size_t n, int summary)
{
	struct mg_buf b;
	size_t k;

	for (; n > 0; p += k, n -= k) {
		k = n;
		if (k > PIECE)	/* cut between characters */
			for (k = PIECE; k > PIECE - 4 && ((unsigned char)p[k] & 0xc0) == 0x80; k--)
				;
		say_begin(a, &b, type);
		mg_put_strn(&b, "content", p, k);
		if (summary)
			mg_put_bool(&b, "summary", 1);
		mg_put_end(&b);
		say(a, &b);
	}
}

void
say_status(struct agent *a, const char *status, jv detail)
{
	const struct mg_agent *self = agent_self(a);
	const char *to = a->to;
	struct mg_buf b;

	if (self != NULL && self->status_n > a->status_n)
		a->status_n = self->status_n;
	a->to = NULL;
	say_begin(a, &b, "status");
	a->to = to;
	mg_put_str(&b, "status", status);
	mg_put_int(&b, "n", ++a->status_n);
	mg_put_value(&b, "detail", detail);
	mg_put_end(&b);
	say(a, &b);
}

void
say_error(struct agent *a, const char *code, const char *message, int retryable)
{
	struct mg_buf b;

	say_begin(a, &b, "error");
	mg_put_str(&b, "code", code);
	mg_put_str(&b, "message", message);
	mg_put_bool(&b, "retryable", retryable);
	mg_put_end(&b);
	say(a, &b);
}

void
say_usage(struct agent *a, const struct mg_reply *r)
{
	struct mg_buf b;

	if (r->input < 0 && r->output < 0)
		return;
	say_begin(a, &b, "usage");
	mg_put_str(&b, "model", r->model);
	if (r->input >= 0)
		mg_put_int(&b, "input_tokens", r->input);
	if (r->output >= 0)
		mg_put_int(&b, "output_tokens", r->output);
	if (r->cached >= 0)
		mg_put_int(&b, "cached_tokens", r->cached);
	if (r->thought >= 0)
		mg_put_int(&b, "reasoning_tokens", r->thought);
	if (r->cost >= 0)
		mg_put_value(&b, "cost_usd", jv_number(r->cost));
	mg_put_end(&b);
	say(a, &b);
}

void
say_tool(struct agent *a, const char *id, const char *name, const char *arguments)
{
	struct mg_buf b;

	say_begin(a, &b, "tool_call");
	mg_put_str(&b, "id", id);
	mg_put_str(&b, "name", name);
	mg_put_str(&b, "arguments", arguments);
	mg_put_end(&b);
	say(a, &b);
}

void
say_result(struct agent *a, const char *id, jv content, int is_error)
{
	struct mg_buf b;

	say_begin(a, &b, "tool_result");
	mg_put_str(&b, "id", id);
	mg_put_value(&b, "content", content);
	if (is_error)
		mg_put_bool(&b, "is_error", 1);
	mg_put_end(&b);
	say(a, &b);
}
