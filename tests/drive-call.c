/* drive-call.c - one call of a model, for tests: says all that the library says, as lines.
 * SPDX-License-Identifier: MIT
 *
 * drive-call [-b BACKEND] [-m MESSAGES] [-o TOOLS] [-k KEY] [-l CONNECT,FIRST,IDLE,TURN,TRIES]
 *            [-r RECORD] [-p REPLAY] [-n CALLS] [-q] [-s]
 * Lines: "text: T", "think: T", "note: STATUS DETAIL", then a JSON object.  -q: that alone;
 * -s: the request and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunk/json.h"
#include "model/backend.h"
#include "model/call.h"
#include "model/provider.h"
#include "net/http.h"
#include "rt/bounds.h"
#include "rt/clock.h"
#include "rt/err.h"

struct driver {
	int	quiet;
	long	pieces;
};

static void
line(const char *what, const char *p, size_t n)
{
	struct mg_buf b = MG_BUF(MG_BODY_MAX);

	mg_json_quote(&b, p, n);
	printf("%s: %s\n", what, b.p);
	mg_buf_free(&b);
}

static void
on_text(void *arg, const char *p, size_t n)
{
	struct driver *d = arg;

	d->pieces++;
	if (!d->quiet)
		line("text", p, n);
}

static void
on_think(void *arg, const char *p, size_t n, int summary)
{
	struct driver *d = arg;

	d->pieces++;
	if (!d->quiet)
		line(summary ? "summary" : "think", p, n);
}

static void
on_note(void *arg, const char *status, const char *detail)
{
	struct driver *d = arg;

	if (!d->quiet)
		printf("note: %s %s\n", status, detail);
}

static jv
json(const char *text)
{
	jv v = jv_parse(text);

	if (!jv_is_valid(v))
		mg_quit(MG_USAGE, "not JSON: %s", text);
	return v;
}

static jv
text_value(const struct mg_buf *b)
{
	return jv_string_sized(mg_buf_str(b), (int)b->len);
}

static jv
set(jv o, const char *k, jv v)
{
	return jv_object_set(o, jv_string(k), v);
}

static void
report(const struct mg_reply *r, const struct driver *d)
{
	jv o = jv_object(), calls = jv_array(), c;
	size_t i;

	for (i = 0; i < r->ncall; i++) {
		c = set(jv_object(), "id", jv_string(r->call[i].id));
		c = set(c, "name", jv_string(r->call[i].name));
		c = set(c, "arguments", jv_string(r->call[i].arguments));
		calls = jv_array_append(calls, set(c, "cut", jv_bool(r->call[i].cut)));
	}
	o = set(o, "text", text_value(&r->text));
	o = set(o, "reasoning", text_value(&r->reasoning));
	o = set(o, "calls", calls);
	o = set(o, "opaque", jv_copy(r->opaque));
	o = set(o, "stop", jv_string(r->stop));
	o = set(o, "model", jv_string(r->model));
	o = set(o, "input", jv_number((double)r->input));
	o = set(o, "output", jv_number((double)r->output));
	o = set(o, "cached", jv_number((double)r->cached));
	o = set(o, "thought", jv_number((double)r->thought));
	o = set(o, "cost", jv_number(r->cost));
	o = set(o, "failed", jv_bool(r->failed));
	o = set(o, "code", jv_string(r->code));
	o = set(o, "message", jv_string(r->message));
	o = set(o, "retryable", jv_bool(r->retryable));
	o = set(o, "status", jv_number(r->status));
	o = set(o, "tried", jv_number((double)r->tried));
	o = set(o, "pieces", jv_number((double)d->pieces));
	jv_dumpf(o, stdout, 0);
	putchar('\n');
}

/* One call; an exit code. */
static int
call(struct mg_http *h, struct mg_provider *p, const struct mg_call_spec *s, struct driver *d)
{
	struct mg_err e;
	struct mg_call *c = mg_call_start(h, p, s, &e);

	if (c == NULL) {
		mg_warn("%s", e.msg);
		return e.code;
	}
	while (mg_call_running(c))
		if (mg_http_wait(h, NULL, 0, mg_call_deadline(c), &e) == -1)
			mg_die(&e);
	report(mg_call_reply(c), d);
	mg_call_free(c);
	return MG_OK;
}

static int
show_request(struct mg_provider *p, const struct mg_call_spec *s)
{
	struct mg_buf out = MG_BUF(MG_BODY_MAX);
	struct mg_err e;
	int r = mg_call_show(p, s, &out, &e);

	fputs(mg_buf_str(&out), stdout);
	mg_buf_free(&out);
	if (r == -1)
		mg_warn("%s", e.msg);
	return r == -1 ? (int)e.code : MG_OK;
}

static void
limits(struct mg_limits *l)
{
	if (sscanf(optarg, "%lf,%lf,%lf,%lf,%ld", &l->connect, &l->first_byte, &l->idle, &l->turn, &l->tries) != 5)
		mg_quit(MG_USAGE, "-l CONNECT,FIRST,IDLE,TURN,TRIES");
}

int
main(int argc, char *argv[])
{
	struct driver d = { 0 };
	struct mg_call_spec s = { .messages = json("[{\"role\":\"user\",\"content\":\"Q\"}]"), .tools = jv_array(),
		.backend = json("{\"type\":\"vllm\",\"model\":\"m\"}"), .text = on_text, .think = on_think,
		.note = on_note, .arg = &d, .limits = { 5, 10, 10, 20, 3 } };
	struct mg_provider *p;
	struct mg_http *h = NULL;
	struct mg_err e;
	int k, n = 1, show = 0, code = MG_OK;

	while ((k = getopt(argc, argv, "b:m:o:k:l:r:p:n:qs")) != -1)
		switch (k) {
		case 'b': jv_free(s.backend); s.backend = json(optarg); break;
		case 'm': jv_free(s.messages); s.messages = json(optarg); break;
		case 'o': jv_free(s.tools); s.tools = json(optarg); break;
		case 'k': s.key = optarg; break;
		case 'l': limits(&s.limits); break;
		case 'r': s.record = optarg; break;
		case 'p': s.replay = optarg; break;
		case 'n': n = (int)strtol(optarg, NULL, 10); break;
		case 'q': d.quiet = 1; break;
		case 's': show = 1; break;
		default: return MG_USAGE;
		}
	s.backend = mg_backend_resolve(s.backend, &e);
	if (!jv_is_valid(s.backend) || (p = mg_provider_new(mg_jv_str(s.backend, "wire", ""), &e)) == NULL)
		mg_die(&e);
	if (show)
		code = show_request(p, &s);
	if (!show && s.replay == NULL && (h = mg_http_new(&e)) == NULL)
		mg_die(&e);
	while (!show && code == MG_OK && n-- > 0)
		code = call(h, p, &s, &d);
	mg_http_free(h);
	mg_provider_free(p);
	jv_free(s.backend);
	jv_free(s.messages);
	jv_free(s.tools);
	return code;
}
