/* attempt.c - one request of a call, over the network or from a tape, and what became of it.
 * SPDX-License-Identifier: MIT */
#include "model/attempt.h"

#include <stdio.h>
#include <string.h>

#include "chunk/json.h"
#include "model/tape.h"
#include "model/wire.h"
#include "net/http.h"
#include "rt/clock.h"
#include "rt/err.h"

#define LAST_WORDS	3.0	/* seconds of silence after the reason to stop; usage may follow it */

void
mg_attempt_init(struct mg_attempt *a)
{
	*a = (struct mg_attempt){ .quiet = MG_NEVER };
	a->assembly.reply.opaque = jv_invalid();
	a->assembly.failure = MG_FAILURE_NONE;
}

static int
take(struct mg_attempt *a, const char *p, size_t n)
{
	int r = mg_body_feed(&a->body, a->status, p, n);

	a->enough = r == -1;
	a->quiet = a->assembly.stopped ? mg_after(LAST_WORDS) : MG_NEVER;
	return r;
}

static int
on_data(void *arg, const char *p, size_t n)
{
	struct mg_attempt *a = arg;

	if (a->status == 0)
		a->status = mg_request_status(a->request);
	if (a->tape != NULL)
		mg_tape_data(a->tape, a->request, p, n);
	return take(a, p, n);
}

static struct mg_request *
begin(struct mg_attempt *a, struct mg_http *http, const struct mg_wire *w, struct mg_err *e)
{
	struct mg_http_spec s = { .method = w->method, .url = w->url, .header = w->header, .body = w->body,
		.body_len = w->body_len, .connect_timeout = a->spec->limits.connect,
		.first_byte_timeout = a->spec->limits.first_byte, .idle_timeout = a->spec->limits.idle,
		.data = on_data, .arg = a };

	return mg_http_start(http, &s, e);
}

int
mg_attempt_start(struct mg_attempt *a, struct mg_http *http, struct mg_provider *p, const struct mg_call_spec *spec,
    const struct mg_names *names, const struct mg_wire *w, struct mg_err *e)
{
	a->spec = spec;
	mg_assembly_init(&a->assembly, spec, names);
	mg_body_init(&a->body, p, &a->assembly);
	if (spec->replay != NULL)
		return (a->tape = mg_tape_play(spec->replay, spec->tape, spec->replay_speed, e)) != NULL ? 0 : -1;
	if (spec->record != NULL && (a->tape = mg_tape_record(spec->record, spec->tape, w, e)) == NULL)
		return -1;
	return (a->request = begin(a, http, w, e)) != NULL ? 0 : -1;
}

void
mg_attempt_stop(struct mg_attempt *a)
{
	mg_request_free(a->request);
	a->request = NULL;
	mg_tape_free(a->tape);
	a->tape = NULL;
}

void
mg_attempt_free(struct mg_attempt *a)
{
	mg_attempt_stop(a);
	if (a->spec != NULL) {
		mg_body_free(&a->body);
		mg_assembly_free(&a->assembly);
	}
	mg_attempt_init(a);
}

static const char *
header(const struct mg_attempt *a, const char *name)
{
	if (a->request != NULL)
		return mg_request_header(a->request, name);
	return a->tape != NULL ? mg_tape_header(a->tape, name) : NULL;
}

/* Where a redirection wants to go: its host alone. */
static void
redirected(struct mg_attempt *a)
{
	const char *to = header(a, "location"), *host;

	host = to != NULL ? strstr(to, "//") : NULL;
	if (host != NULL)
		mg_failure_set(&a->assembly.failure, "protocol",
		    "the server redirects to %.*s, and that is not followed: set base_url", (int)strcspn(host + 2, "/?#"), host + 2);
	else
		mg_failure_set(&a->assembly.failure, "protocol",
		    "the server redirects, and that is not followed: check base_url");
}

/* The names of the variables that hold the key, for the one who has to mend it. */
static void
add_key_hint(struct mg_failure *f, jv backend)
{
	jv names = mg_jv_get(backend, "key_env"), first = jv_get_kind(names) == JV_KIND_ARRAY ?
	    jv_array_get(jv_copy(names), 0) : jv_invalid();
	size_t n = strlen(f->message);

	if (strcmp(f->code, "auth") == 0 && jv_get_kind(first) == JV_KIND_STRING)
		snprintf(f->message + n, sizeof f->message - n, " (check %s)", jv_string_value(first));
	jv_free(first);
	jv_free(names);
}

/* An error status: its number in front, the server's name for the request behind. */
static void
explain_status(struct mg_attempt *a)
{
	static const char *const ids[] = { "x-request-id", "request-id", "apim-request-id", "x-generation-id",
	    "cf-ray", NULL };
	struct mg_failure *f = &a->assembly.failure;
	const char *id = NULL;
	char text[sizeof f->message];
	int i, n;

	if (a->status < 400)
		redirected(a);
	mg_failure_headers(f, header(a, "x-should-retry"), header(a, "retry-after-ms"), header(a, "retry-after"));
	for (i = 0; ids[i] != NULL && id == NULL; i++)
		id = header(a, ids[i]);
	n = snprintf(text, sizeof text, "HTTP %d: %s", a->status, f->message);
	if (id != NULL && n > 0 && (size_t)n + strlen(id) + 12 < sizeof text)
		snprintf(text + n, sizeof text - (size_t)n, " (request %s)", id);
	memcpy(f->message, text, sizeof text);
	add_key_hint(f, a->spec->backend);
}

/* A server of one's own, whatever it is called. */
static int
is_local(jv backend)
{
	static const char *const types[] = { "vllm", "sglang", "lmstudio", "llamacpp", "ollama", NULL };
	const char *type = mg_jv_str(backend, "type", ""), *url = mg_jv_str(backend, "base_url", "");
	int i;

	for (i = 0; types[i] != NULL; i++)
		if (strcmp(type, types[i]) == 0)
			return 1;
	return strncmp(url, "http://localhost", 16) == 0 || strncmp(url, "http://127.", 11) == 0 ||
	    strncmp(url, "http://[::1]", 12) == 0;
}

static int
says_nothing(const struct mg_assembly *a)
{
	return a->reply.text.len == 0 && a->reply.reasoning.len == 0 && a->held.len == 0 && a->slots.n == 0 &&
	    strcmp(a->reply.stop, "filter") != 0;
}

static void
empty(struct mg_attempt *a)
{
	mg_failure_set(&a->assembly.failure, "context_length",
	    "the reply is empty: perhaps the prompt is longer than the server's context");
}

/* The stream of a 2xx has ended; how is said by end and why. */
static void
judge_stream(struct mg_attempt *a, enum mg_http_end end, const char *why)
{
	struct mg_assembly *s = &a->assembly;
	int whole = s->ended || s->stopped;

	if ((whole || end == MG_HTTP_DONE) && says_nothing(s) && is_local(a->spec->backend))
		empty(a);
	else if (whole)
		return;
	else if (end == MG_HTTP_TIMEOUT)
		mg_failure_set(&s->failure, "timeout", "%s", why);
	else if (end == MG_HTTP_PROTOCOL)
		mg_failure_set(&s->failure, "protocol", "%s", why);
	else if (end == MG_HTTP_NETWORK && a->body.total == 0)
		mg_failure_set(&s->failure, "network", "%s", why);
	else
		mg_failure_set(&s->failure, "truncated", "the stream ended before the reply was whole%s%s",
		    *why != '\0' ? ": " : "", why);
}

static void
settle(struct mg_attempt *a, enum mg_http_end end, const char *why)
{
	struct mg_failure *f = &a->assembly.failure;

	if (a->status == 0 && a->request != NULL)
		a->status = mg_request_status(a->request);
	if (a->tape != NULL && a->request != NULL)
		mg_tape_end(a->tape, a->request, end, why);
	if (end == MG_HTTP_PROTOCOL && !a->enough)
		mg_failure_set(f, "protocol", "%s", why);
	else
		mg_body_end(&a->body, a->status);
	if (a->status >= 300 && f->code[0] != '\0')
		explain_status(a);
	else if (f->code[0] == '\0')
		judge_stream(a, end, why);
	mg_attempt_stop(a);
}

/* One recorded piece, or the end of them. */
static int
play(struct mg_attempt *a)
{
	enum mg_http_end end = MG_HTTP_DONE;
	const char *p, *why = "";
	size_t n;
	int r = 0;

	a->status = mg_tape_status(a->tape);
	while (!a->enough && (r = mg_tape_next(a->tape, &p, &n)) == 1)
		take(a, p, n);
	if (!a->enough && r == 0)
		return 0;
	if (!a->enough)
		end = mg_tape_ending(a->tape, &why);
	settle(a, end, why);
	return 1;
}

int
mg_attempt_over(struct mg_attempt *a)
{
	enum mg_http_end end;

	if (a->request == NULL)
		return a->tape == NULL || play(a);
	if ((end = mg_request_end(a->request)) == MG_HTTP_RUNNING) {
		if (a->quiet > mg_now())
			return 0;
		end = MG_HTTP_DONE;
	}
	settle(a, end, mg_request_why(a->request));
	return 1;
}

int64_t
mg_attempt_due(const struct mg_attempt *a)
{
	return a->request == NULL && a->tape != NULL ? mg_tape_due(a->tape) : a->quiet;
}
