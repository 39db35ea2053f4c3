/* body.c - the bytes of a reply.
 * SPDX-License-Identifier: MIT */
#include "model/body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chunk/json.h"
#include "model/provider.h"
#include "rt/bounds.h"
#include "rt/err.h"

void
mg_body_init(struct mg_body *b, struct mg_provider *p, struct mg_assembly *to)
{
	*b = (struct mg_body){ .provider = p, .to = to, .raw = MG_BUF(MG_BODY_MAX), .marked = MG_BUF(MG_SSE_MAX) };
	mg_sse_init(&b->sse);
}

void
mg_body_free(struct mg_body *b)
{
	mg_buf_free(&b->raw);
	mg_buf_free(&b->marked);
	mg_sse_free(&b->sse);
	if (b->parser != NULL)
		jv_parser_free(b->parser);
	b->parser = NULL;
}

/* One JSON text; the parser is kept, which saves a third of the time, as long as it stops
 * exactly where the text does.  Invalid where the text is anything else. */
static jv
parse(struct mg_body *b, const char *p, size_t n)
{
	jv v;

	if (*p == '{') {
		if (b->parser == NULL)
			b->parser = jv_parser_new(0);
		jv_parser_set_buf(b->parser, p, (int)n, 1);
		v = jv_parser_next(b->parser);
		if (jv_is_valid(v) && jv_parser_remaining(b->parser) == 0)
			return v;
		jv_free(v);
		jv_parser_free(b->parser);
		b->parser = NULL;
	}
	return jv_parse_sized(p, (int)n);
}

/* Printable, blanks joined, tags of a page left out; at most 200 bytes. */
static void
quote(char out[201], const char *p, size_t n)
{
	const char *end = p + n;
	size_t k = 0;
	int tag = 0, page = n > 0 && *p == '<';

	for (; p < end && k < 199; p++) {
		if (page && *p == '<')
			tag = 1;
		if ((unsigned char)*p > ' ' && *p != 0x7f && !tag)
			out[k++] = *p;
		else if (k > 0 && out[k - 1] != ' ')
			out[k++] = ' ';
		if (page && *p == '>')
			tag = 0;
	}
	while (k > 0 && (out[k - 1] == ' ' || ((unsigned char)out[k - 1] >= 0x80 && p < end)))
		k--;
	out[k] = '\0';
}

static void
unreadable(struct mg_body *b, const char *p, size_t n)
{
	char text[201];

	quote(text, p, n);
	mg_failure_set(&b->to->failure, "protocol", "the reply is not what a model's server sends: %s",
	    *text != '\0' ? text : "(nothing)");
}

static void
run(struct mg_body *b, jv input, int rare)
{
	struct mg_err e;
	int r;

	r = rare ? mg_provider_rare(b->provider, input, mg_assembly_delta, b->to, &e) :
	    mg_provider_event(b->provider, input, mg_assembly_delta, b->to, &e);
	if (r == -1 && b->to->failure.code[0] == '\0')
		mg_failure_set(&b->to->failure, "protocol", "%s", e.msg);
}

static int
on_event(void *arg, const char *event, const char *data, size_t len)
{
	struct mg_body *b = arg;
	struct mg_assembly *a = b->to;
	int error = event != NULL && strcmp(event, "error") == 0;
	jv v;

	if (len == 6 && memcmp(data, "[DONE]", 6) == 0) {
		a->ended = 1;
		return -1;
	}
	if ((a->marked = mg_half_mark(&b->marked, data, len))) {
		data = b->marked.p;
		len = b->marked.len;
	}
	a->data = (struct mg_span){ data, len };
	v = parse(b, data, len);
	if (!jv_is_valid(v)) {
		jv_free(v);
		if (!error && (*data == '{' || *data == '[')) {
			if (!b->last)
				unreadable(b, data, len);
			return b->last ? 0 : -1;	/* torn at the end: its absence is judged elsewhere */
		}
		v = jv_string_sized(data, (int)len);
	}
	if (error || jv_get_kind(v) == JV_KIND_ARRAY)
		run(b, mg_provider_input(b->provider, event, v), 1);
	else if (jv_get_kind(v) == JV_KIND_OBJECT)
		run(b, mg_provider_input(b->provider, event, v), 0);
	else
		jv_free(v);		/* a word that somebody sends to keep a line open */
	a->data = (struct mg_span){ NULL, 0 };
	return a->ended || a->failure.code[0] != '\0' ? -1 : 0;
}

/* What the first bytes that are not blank begin; UNKNOWN while that is open. */
static enum mg_body_kind
sniff(const char *p, size_t n)
{
	static const char *const fields[] = { "data", "event", "id", "retry", "error", NULL };
	const char *end = p + n;
	size_t len, i;

	if (n >= 3 && memcmp(p, "\357\273\277", 3) == 0)
		p += 3;
	while (p < end && strchr(" \t\r\n", *p) != NULL && *p != '\0')
		p++;
	if (p == end || (*p == '\357' && end - p < 3))
		return MG_BODY_UNKNOWN;
	if (*p == ':')
		return MG_BODY_EVENTS;
	for (i = 0; fields[i] != NULL; i++) {
		len = strlen(fields[i]);
		if ((size_t)(end - p) <= len ? memcmp(p, fields[i], (size_t)(end - p)) == 0 :
		    memcmp(p, fields[i], len) == 0 && strchr(":\r\n", p[len]) != NULL)
			return (size_t)(end - p) <= len ? MG_BODY_UNKNOWN : MG_BODY_EVENTS;
	}
	return MG_BODY_WHOLE;
}

static int
feed_events(struct mg_body *b, const char *p, size_t n)
{
	int r = mg_sse_feed(&b->sse, p, n, on_event, b);

	if (r == -2)
		mg_failure_set(&b->to->failure, "protocol", "one event is longer than %zu bytes", (size_t)MG_SSE_MAX);
	return r == 0 ? 0 : -1;
}

static int
feed_raw(struct mg_body *b, const char *p, size_t n)
{
	if (b->kind == MG_BODY_ERROR && n > MG_ERRBODY_MAX - b->raw.len) {
		mg_buf_add(&b->raw, p, MG_ERRBODY_MAX - b->raw.len);
		return -1;
	}
	mg_buf_add(&b->raw, p, n);	/* total bounds it */
	if (b->kind != MG_BODY_UNKNOWN || (b->kind = sniff(mg_buf_str(&b->raw), b->raw.len)) != MG_BODY_EVENTS)
		return 0;
	return feed_events(b, mg_buf_str(&b->raw), b->raw.len);
}

int
mg_body_feed(struct mg_body *b, int status, const char *p, size_t n)
{
	b->status = status;
	b->total += n;
	if (b->total > MG_BODY_MAX) {
		mg_failure_set(&b->to->failure, "protocol", "the reply goes on beyond %zu bytes",
		    (size_t)MG_BODY_MAX);
		return -1;
	}
	if (status < 200 || status > 299)
		b->kind = MG_BODY_ERROR;
	return b->kind == MG_BODY_EVENTS ? feed_events(b, p, n) : feed_raw(b, p, n);
}

/* A reply that was not streamed, or an error that came with a 200. */
static void
end_whole(struct mg_body *b)
{
	struct mg_assembly *a = b->to;
	const char *p;
	size_t n;
	jv v;

	a->marked = mg_half_mark(&b->marked, mg_buf_str(&b->raw), b->raw.len);
	p = a->marked ? b->marked.p : mg_buf_str(&b->raw);
	n = a->marked ? b->marked.len : b->raw.len;
	v = jv_parse_sized(p, (int)n);
	a->data = (struct mg_span){ p, n };
	if (jv_get_kind(v) == JV_KIND_OBJECT || jv_get_kind(v) == JV_KIND_ARRAY)
		run(b, mg_provider_input(b->provider, NULL, jv_copy(v)), jv_get_kind(v) == JV_KIND_ARRAY);
	jv_free(v);
	if (!a->any && a->failure.code[0] == '\0')
		unreadable(b, p, n);
	else
		a->ended = 1;
}

static void
end_error(struct mg_body *b, int status)
{
	struct mg_assembly *a = b->to;
	char text[201];
	jv v = jv_parse_sized(mg_buf_str(&b->raw), (int)b->raw.len), in;

	if (jv_get_kind(v) != JV_KIND_OBJECT && jv_get_kind(v) != JV_KIND_ARRAY) {
		jv_free(v);
		quote(text, mg_buf_str(&b->raw), b->raw.len);
		mg_failure_set(&a->failure, mg_status_code(status), "%s", *text != '\0' ? text : "no reason given");
		return;
	}
	a->status = status;
	in = mg_provider_input(b->provider, NULL, v);
	run(b, jv_object_set(in, jv_string("status"), jv_number(status)), 1);
	if (a->failure.code[0] == '\0')
		mg_failure_set(&a->failure, mg_status_code(status), "no reason given");
}

void
mg_body_end(struct mg_body *b, int status)
{
	b->last = 1;
	if (status >= 300)
		end_error(b, status);
	else if (b->kind == MG_BODY_EVENTS && b->to->failure.code[0] == '\0' && !b->to->ended)
		mg_sse_end(&b->sse, on_event, b);
	else if (b->kind == MG_BODY_WHOLE && b->to->failure.code[0] == '\0')
		end_whole(b);
}
