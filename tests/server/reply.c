/* Carries out a rule: what the model says, and the body that holds it.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testd.h"

static long
value(const struct op *op, int i, const struct request *r)
{
	return op->nth[i] ? r->nth : op->num[i];
}

void
piece_mark(struct piece **p, size_t *n, size_t end, unsigned wait_ms, long repeat)
{
	if (end == (*n == 0 ? 0 : (*p)[*n - 1].end))
		return;			/* an empty chunk would end the body */
	*p = grow(*p, *n, sizeof(**p));
	(*p)[(*n)++] = (struct piece){ end, wait_ms, repeat };
}

/* {model} and {n} of a text. */
static void
substitute(struct buf *b, const char *t, const struct request *r)
{
	const char *brace;

	for (; (brace = strchr(t, '{')) != NULL; t = brace) {
		buf_add(b, t, (size_t)(brace - t));
		if (strncmp(brace, "{model}", 7) == 0) {
			buf_str(b, r->model);
			brace += 7;
		} else if (strncmp(brace, "{n}", 3) == 0) {
			buf_fmt(b, "%ld", r->nth);
			brace += 3;
		} else
			buf_add(b, brace++, 1);
	}
	buf_str(b, t);
}

static void
say(struct stream *s, enum verb kind, const char *text)
{
	struct buf b = { 0 };

	substitute(&b, text, s->req);
	stream_say(s, kind, b.p, b.len);
	buf_free(&b);
}

static void
call_answer(struct stream *s, const char *text)
{
	struct buf b = { 0 }, args = { 0 };

	substitute(&b, text, s->req);
	buf_str(&args, "{\"content\":");
	buf_quote(&args, b.p, b.len);
	buf_str(&args, "}");
	stream_call(s, "new_answer", "-", args.p, args.len);
	buf_free(&args);
	buf_free(&b);
}

static void
call_vote(struct stream *s, const char *name, const char *reason)
{
	struct buf args = { 0 };

	buf_str(&args, "{\"agent_id\":");
	buf_quote(&args, name, strlen(name));
	buf_str(&args, ",\"reason\":");
	buf_quote(&args, reason, strlen(reason));
	buf_str(&args, "}");
	stream_call(s, "vote", "-", args.p, args.len);
	buf_free(&args);
}

/* The name to vote for: as told, or the first or last that the schema allows. */
static jv
choice(jv schema, const char *told)
{
	jv names, v;
	int n;

	if (told != NULL && strcmp(told, "first") != 0 && strcmp(told, "last") != 0) {
		jv_free(schema);
		return jv_string(told);
	}
	names = member(member(member(schema, "properties"), "agent_id"), "enum");
	n = jv_get_kind(names) == JV_KIND_ARRAY ? jv_array_length(jv_copy(names)) : 0;
	if (n == 0) {
		jv_free(names);
		return jv_string("agent1");
	}
	v = jv_array_get(names, told != NULL && told[0] == 'l' ? n - 1 : 0);
	if (jv_get_kind(v) == JV_KIND_STRING)
		return v;
	jv_free(v);
	return jv_string("agent1");
}

/* Plays an agent: votes where it may, else answers where it may, else talks. */
static void
play(struct stream *s, const struct travel *t)
{
	jv vote = request_tool(s->req, "vote"), answer = request_tool(s->req, "new_answer");

	if (jv_is_valid(vote)) {
		jv name = choice(jv_copy(vote), t->votes);

		call_vote(s, jv_string_value(name), "it is the most complete");
		jv_free(name);
	} else if (jv_is_valid(answer))
		call_answer(s, t->says != NULL ? t->says : "answer of {model}");
	else if (t->final != NULL)
		say(s, V_TEXT, t->final);
	else
		stream_tokens(s, t->final_tokens > 0 ? t->final_tokens : 20);
	jv_free(vote);
	jv_free(answer);
}

/* The notation of lists of writes: one a line, with \n \r \xHH escapes. */
static void
add_reads(struct body *body, const char *p, size_t n)
{
	const char *end = p + n;
	char hex[3] = { 0 };

	for (; p < end; p++)
		if (*p == '\n')
			piece_mark(&body->piece, &body->npiece, body->b.len, 0, 1);
		else if (p[0] == '\\' && (p[1] == 'n' || p[1] == 'r'))
			buf_add(&body->b, *++p == 'n' ? "\n" : "\r", 1);
		else if (p[0] == '\\' && p[1] == 'x' && end - p >= 4) {
			memcpy(hex, p + 2, 2);
			buf_add(&body->b, (char[]){ (char)strtol(hex, NULL, 16) }, 1);
			p += 3;
		} else
			buf_add(&body->b, p, 1);
}

static int
add_file(struct body *body, const struct script *s, const struct op *op)
{
	struct buf b = { 0 }, path = { 0 };
	int r;

	buf_fmt(&path, "%s/%s", s->dir, op->arg[0]);
	if ((r = buf_file(&b, path.p)) == 0) {
		if (op->verb == V_READS)
			add_reads(body, b.p, b.len);
		else
			buf_add(&body->b, b.p, b.len);
	}
	buf_free(&b);
	buf_free(&path);
	return r;
}

static void
add_models(struct buf *b, const struct script *s)
{
	const char *sep = "", *owner = s->owner != NULL ? s->owner : "mg-testd";
	size_t i;

	buf_str(b, "{\"object\":\"list\",\"data\":[");
	for (i = 0; i < s->nsection; i++) {
		const char *name = s->section[i].name;

		if (s->section[i].is_path || strpbrk(name, "*?[") != NULL)
			continue;
		buf_fmt(b, "%s{\"id\":", sep);
		buf_quote(b, name, strlen(name));
		buf_str(b, ",\"object\":\"model\",\"created\":1790000000,\"owned_by\":");
		buf_quote(b, owner, strlen(owner));
		buf_str(b, "}");
		sep = ",";
	}
	buf_str(b, "]}\n");
}

static void
add_error(struct buf *b, const char *type, const char *code, const char *message)
{
	buf_str(b, "{\"error\":{\"message\":");
	buf_quote(b, message, strlen(message));
	buf_str(b, ",\"type\":");
	buf_quote(b, type, strlen(type));
	buf_str(b, ",\"param\":null,\"code\":");
	if (code != NULL)
		buf_quote(b, code, strlen(code));
	else
		buf_str(b, "null");
	buf_str(b, "}}");
}

/* What a model says. */
static void
speak(struct stream *s, const struct op *op, const struct travel *t)
{
	struct buf big = { 0 };
	long i;

	switch (op->verb) {
	case V_TEXT: case V_THINK: case V_REFUSAL:
		say(s, op->verb, op->arg[0]);
		break;
	case V_ANSWER:
		call_answer(s, op->arg[0]);
		break;
	case V_VOTE:
		call_vote(s, op->arg[0], op->arg[1]);
		break;
	case V_CALL:
		stream_call(s, op->arg[0], op->arg[1], op->arg[2], op->len[2]);
		break;
	case V_AUTO:
		play(s, t);
		break;
	case V_TOKENS:
		stream_tokens(s, value(op, 0, s->req));
		break;
	case V_ENDLESS:
		stream_tokens(s, -1);
		break;
	case V_BIG:			/* no blank in it: one delta, one line */
		for (i = value(op, 0, s->req); i > 0; i--)
			buf_add(&big, "x", 1);
		stream_say(s, V_TEXT, big.p, big.len);
		buf_free(&big);
		break;
	default:
		break;
	}
}

/* What stands in the body beside it. */
static int
insert(struct body *body, const struct op *op, const struct script *script, unsigned gap_ms)
{
	struct buf *b = &body->b;

	switch (op->verb) {
	case V_COMMENT:
		buf_fmt(b, ": %s\n\n", op->arg[0]);
		break;
	case V_COMMENTS:
		piece_mark(&body->piece, &body->npiece, b->len, 0, 1);
		buf_str(b, ": keep-alive\n\n");
		piece_mark(&body->piece, &body->npiece, b->len, gap_ms, -1);
		break;
	case V_EVENT:
		buf_fmt(b, "data: %s\n\n", op->arg[0]);
		break;
	case V_ERROR:
		buf_str(b, "data: ");
		add_error(b, op->arg[0], NULL, op->arg[1]);
		buf_str(b, "\n\n");
		break;
	case V_RAW: case V_JSON: case V_BODY:
		buf_add(b, op->arg[0], op->len[0]);
		break;
	case V_FILE: case V_READS:
		return add_file(body, script, op);
	case V_HTML:
		buf_str(b, "<!DOCTYPE html>\n<html><head><title>Gateway</title></head>\n"
		    "<body><h1>A page from some proxy</h1></body></html>\n");
		break;
	case V_MODELS:
		add_models(b, script);
		break;
	default:
		break;
	}
	return 0;
}

static const char *
error_type(int status)
{
	switch (status) {
	case 401: return "authentication_error";
	case 402: return "insufficient_quota";
	case 403: return "permission_error";
	case 404: return "not_found_error";
	case 408: case 504: return "timeout_error";
	case 429: return "rate_limit_error";
	case 503: case 529: return "overloaded_error";
	default: return status < 500 ? "invalid_request_error" : "server_error";
	}
}

/* The body of an HTTP error that the script gave no body. */
static void
default_error(struct body *body, const struct travel *t, long nth)
{
	struct buf why = { 0 };

	buf_fmt(&why, "status %d, as request %ld was to get it", t->status, nth);
	add_error(&body->b, error_type(t->status), t->code, why.p);
	buf_free(&why);
}

void
reply_error(struct reply *reply, int status, const char *why)
{
	struct travel t = { .status = status, .type = "application/json", .frame = "length" };
	struct body body = { 0 };

	*reply = (struct reply){ 0 };
	add_error(&body.b, error_type(status), NULL, why);
	piece_mark(&body.piece, &body.npiece, body.b.len, 0, 1);
	travel_send(reply, &t, &body, 0);
	free(body.piece);
	buf_free(&body.b);
}

static bool
is_speech(enum verb v)
{
	return v <= V_BIG;
}

/* Fills the body; -1 with errno when a file could not be read. */
static int
compose(struct body *body, struct travel *t, const struct script *script, const struct rule *rule,
    const struct request *r)
{
	struct stream s;
	bool streamed, spoken = false, any = false, json;
	jv v = member(jv_copy(r->json), "stream");
	size_t i;
	int bad = 0;

	streamed = jv_get_kind(v) == JV_KIND_TRUE || !jv_is_valid(r->json);
	jv_free(v);
	t->style.whole |= !streamed;
	stream_init(&s, r, body, &t->style);
	for (i = 0; i < rule->nop && bad == 0; i++) {
		const struct op *op = &rule->op[i];

		spoken |= is_speech(op->verb);
		any |= op->verb <= V_MODELS;
		speak(&s, op, t);
		bad = insert(body, op, script, t->style.gap_ms);
	}
	stream_close(&s);
	if (!any && t->status >= 300)
		default_error(body, t, r->nth);
	json = (spoken && t->style.whole) || (!any && t->status >= 300);
	if (t->type == NULL)
		t->type = json ? "application/json" : "text/event-stream";
	if (t->frame == NULL && json)
		t->frame = "length";
	piece_mark(&body->piece, &body->npiece, body->b.len, 0, 1);
	return bad;
}

void
reply_make(struct reply *reply, const struct script *script, const struct rule *rule,
    const struct request *r)
{
	struct travel t = { .status = 200 };
	struct body body = { 0 };
	struct buf why = { 0 };
	const char *bad;

	*reply = (struct reply){ 0 };
	if (rule == NULL) {
		buf_fmt(&why, "mg-testd: no rule for request %ld of \"%s\"", r->nth, r->model);
		reply_error(reply, 400, why.p);
		buf_free(&why);
		return;
	}
	travel_read(&t, reply, rule, r);
	bad = compose(&body, &t, script, rule, r) == -1 ? strerror(errno) :
	    travel_shape(&t, &body);
	if (bad == NULL)
		travel_send(reply, &t, &body, r->n);
	else {
		buf_fmt(&why, "mg-testd: %s: %s", rule->where, bad);
		reply_error(reply, 400, why.p);
	}
	travel_free(&t);
	free(body.piece);
	buf_free(&body.b);
	buf_free(&why);
}

void
reply_free(struct reply *r)
{
	buf_free(&r->out);
	free(r->piece);
	*r = (struct reply){ 0 };
}
