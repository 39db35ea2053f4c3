/* call.c - one call of a model: a request, its reply, and again within bounds.
 * SPDX-License-Identifier: MIT */
#include "model/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/json.h"
#include "model/attempt.h"
#include "model/names.h"
#include "model/provider.h"
#include "model/retry.h"
#include "model/wire.h"
#include "net/http.h"
#include "rt/bounds.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"

#define TRIES	3

enum state { CALL_SENT, CALL_WAITS, CALL_DONE };

struct mg_call {
	struct mg_call_spec	 spec;		/* with values of its own */
	struct mg_http		*http;
	struct mg_provider	*provider;
	struct mg_names		 names;
	struct mg_wire		 wire;
	jv			 omit;		/* what the server did not want */
	struct mg_attempt	 attempt;
	enum state		 state;
	int64_t			 begun, limit;	/* limit: of the turn */
	int64_t			 due;		/* when the next try begins */
	long			 tried;		/* those that count */
	long			 sent;
};

static void
note(struct mg_call *c, const char *status, const char *detail)
{
	if (c->spec.note != NULL)
		c->spec.note(c->spec.arg, status, detail);
}

static int
send_it(struct mg_call *c, struct mg_err *e)
{
	c->sent++;
	return mg_attempt_start(&c->attempt, c->http, c->provider, &c->spec, &c->names, &c->wire, e);
}

struct mg_call *
mg_call_start(struct mg_http *http, struct mg_provider *provider, const struct mg_call_spec *spec,
    struct mg_err *e)
{
	struct mg_call *c = mg_calloc(1, sizeof *c);

	c->http = http;
	c->provider = provider;
	c->spec = *spec;
	c->spec.backend = jv_copy(spec->backend);
	c->spec.messages = jv_copy(spec->messages);
	c->spec.tools = jv_copy(spec->tools);
	if (c->spec.limits.tries <= 0)
		c->spec.limits.tries = TRIES;
	if (c->spec.tape == NULL)
		c->spec.tape = mg_provider_tape(provider);
	c->omit = jv_array();
	c->wire = (struct mg_wire){ .optional = jv_invalid() };
	c->begun = mg_now();
	c->limit = mg_after(spec->limits.turn);
	mg_attempt_init(&c->attempt);
	if (mg_wire_build(&c->wire, provider, &c->spec, c->omit, &c->names, e) == -1 || send_it(c, e) == -1) {
		mg_call_free(c);
		return NULL;
	}
	return c;
}

void
mg_call_free(struct mg_call *c)
{
	if (c == NULL)
		return;
	mg_attempt_free(&c->attempt);
	mg_wire_free(&c->wire);
	mg_names_free(&c->names);
	jv_free(c->omit);
	jv_free(c->spec.backend);
	jv_free(c->spec.messages);
	jv_free(c->spec.tools);
	free(c);
}

static void
finish(struct mg_call *c)
{
	struct mg_assembly *a = &c->attempt.assembly;

	mg_failure_mask(&a->failure, c->spec.key);
	mg_assembly_finish(a);
	a->reply.status = c->attempt.status;
	a->reply.tried = c->sent;
	c->state = CALL_DONE;
}

/* The next try, now.  A failure to send it is the call's. */
static void
again(struct mg_call *c)
{
	struct mg_err e;

	if (c->attempt.assembly.delivered)
		note(c, "restart", "the answer begins anew");
	mg_attempt_free(&c->attempt);
	mg_attempt_init(&c->attempt);
	c->state = CALL_SENT;
	if (send_it(c, &e) == -1) {
		mg_failure_set(&c->attempt.assembly.failure, "network", "%s", e.msg);
		c->attempt.assembly.failure.retryable = 0;
		finish(c);
	}
}

/* A 400 that names something optional: once more without it.  1: so it is. */
static int
without(struct mg_call *c)
{
	char *name = mg_retry_without(&c->wire, &c->attempt, c->omit), text[200];
	struct mg_err e;

	if (name == NULL)
		return 0;
	snprintf(text, sizeof text, "the server does not know %s: once more without it", name);
	note(c, "retry", text);
	c->omit = jv_array_append(c->omit, jv_string(name));
	free(name);
	mg_wire_free(&c->wire);
	if (mg_wire_build(&c->wire, c->provider, &c->spec, c->omit, &c->names, &e) == -1) {
		mg_failure_set(&c->attempt.assembly.failure, "bad_request", "%s", e.msg);
		return 0;
	}
	again(c);
	return 1;
}

/* Another try, or the end. */
static void
judge(struct mg_call *c)
{
	struct mg_failure *f = &c->attempt.assembly.failure;
	double wait;
	char text[512];
	size_t n;

	c->tried++;
	if (f->code[0] == '\0') {
		finish(c);
		return;
	}
	if (f->loading && c->spec.limits.first_byte > 0 &&
	    mg_now() - c->begun < (int64_t)(c->spec.limits.first_byte * 1000))
		c->tried--;		/* it only has to wait */
	if (without(c))
		return;
	if (!f->retryable || c->tried >= c->spec.limits.tries) {
		finish(c);
		return;
	}
	wait = c->spec.replay != NULL && c->spec.replay_speed <= 0 ? 0 : mg_retry_wait(f, c->sent - 1);
	if (c->limit != MG_NEVER && wait * 1000 >= (double)(c->limit - mg_now())) {
		n = strlen(f->message);
		snprintf(f->message + n, sizeof f->message - n, " (to be tried again in %.3g s, and the turn's "
		    "limit comes first)", wait);
		finish(c);
		return;
	}
	mg_failure_mask(f, c->spec.key);
	snprintf(text, sizeof text, "%s: %s; again in %.2g s", f->code, f->message, wait);
	note(c, "retry", text);
	mg_attempt_stop(&c->attempt);
	c->due = wait > 0 ? mg_after(wait) : mg_now();
	c->state = CALL_WAITS;
}

int
mg_call_running(struct mg_call *c)
{
	if (c->state == CALL_DONE)
		return 0;
	if (c->limit <= mg_now()) {
		mg_attempt_stop(&c->attempt);
		if (c->attempt.assembly.failure.code[0] == '\0')
			mg_failure_set(&c->attempt.assembly.failure, "timeout",
			    "no whole answer within the turn's limit of %g s", c->spec.limits.turn);
		finish(c);
		return 0;
	}
	if (c->state == CALL_WAITS) {
		if (c->due > mg_now())
			return 1;
		again(c);
	} else if (mg_attempt_over(&c->attempt)) {
		judge(c);
	}
	return c->state != CALL_DONE;
}

int64_t
mg_call_deadline(const struct mg_call *c)
{
	if (c->state == CALL_DONE)
		return 0;
	return mg_sooner(c->limit, c->state == CALL_WAITS ? c->due : mg_attempt_due(&c->attempt));
}

const struct mg_reply *
mg_call_reply(const struct mg_call *c)
{
	return &c->attempt.assembly.reply;
}

int
mg_call_show(struct mg_provider *p, const struct mg_call_spec *spec, struct mg_buf *out, struct mg_err *e)
{
	struct mg_names names = { 0 };
	struct mg_wire w;
	jv omit = jv_array();
	size_t i;
	int r = mg_wire_build(&w, p, spec, omit, &names, e);

	if (r == 0) {
		mg_buf_printf(out, "%s %s\n", w.method, w.url);
		for (i = 0; w.header[i] != NULL; i++) {
			mg_wire_header(out, w.header[i]);
			mg_buf_addc(out, '\n');
		}
		mg_buf_addc(out, '\n');
		mg_buf_add(out, w.body, w.body_len);
		mg_buf_addc(out, '\n');
	}
	mg_wire_free(&w);
	mg_names_free(&names);
	jv_free(omit);
	return r;
}
