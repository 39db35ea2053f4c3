/* verdict.c - can this text stand as the final answer?
 * SPDX-License-Identifier: MIT */
#include "coord/verdict.h"

#include <ctype.h>
#include <jv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chunk/json.h"
#include "rt/mem.h"

enum {
	EXCERPT = 300,		/* bytes of a sentence that a verdict quotes */
	POINTER = 300,		/* a text that points to another one is short */
	ANNOUNCES = 1200,	/* so is one that only announces, */
	SHARE = 60,		/* and this much of it, in percent, does so */
	HIDDEN = 8,		/* announcements in a longer text that may hide a request */
	CALL = 1 << 20		/* a call that is longer is none */
};

const char *
mg_verdict_name(enum mg_final_verdict v)
{
	static const char *const names[] = { "good", "empty", "tool", "refers", "asks", "plan" };

	return names[v];
}

/* The bytes of a blank at s: ASCII, no-break, zero-width and ideographic ones; 0: something else. */
static size_t
blank(const char *s, size_t n)
{
	static const char *const wide[] = { "\xc2\xa0", "\xe2\x80\x8b", "\xe3\x80\x80", "\xef\xbb\xbf" };
	size_t i, k;

	if (n == 0 || strchr(" \t\r\n\v\f", *s) != NULL)
		return n > 0;
	for (i = 0; i < sizeof wide / sizeof *wide; i++)
		if ((k = strlen(wide[i])) <= n && memcmp(s, wide[i], k) == 0)
			return k;
	return 0;
}

static void
trim(const char **s, size_t *n)
{
	size_t k;

	while ((k = blank(*s, *n)) > 0) {
		*s += k;
		*n -= k;
	}
	while (*n > 0 && strchr(" \t\r\n", (*s)[*n - 1]) != NULL)
		--*n;
}

static int
is_call_name(const char *name)
{
	return strcmp(name, "vote") == 0 || strcmp(name, "new_answer") == 0;
}

/* {"name": "vote", "arguments": ...} and its relatives; v is borrowed. */
static int
is_call_value(jv v, int depth)
{
	static const char *const named[] = { "name", "tool", "tool_name", "function", "action" };
	static const char *const inner[] = { "function", "tool_call", "tool_calls", "calls", "function_call" };
	static const char *const tools[] = { "vote", "new_answer" };
	int call = 0;
	size_t i;
	jv x;

	if (jv_get_kind(v) == JV_KIND_ARRAY && jv_array_length(jv_copy(v)) > 0 && depth > 0) {
		x = jv_array_get(jv_copy(v), 0);
		call = is_call_value(x, depth - 1);
		jv_free(x);
		return call;
	}
	if (jv_get_kind(v) != JV_KIND_OBJECT)
		return 0;
	for (i = 0; i < sizeof named / sizeof *named; i++)
		call |= is_call_name(mg_jv_str(v, named[i], "")) && jv_object_length(jv_copy(v)) > 1;
	for (i = 0; i < sizeof inner / sizeof *inner && depth > 0 && !call; i++) {
		x = mg_jv_get(v, inner[i]);
		call = is_call_value(x, depth - 1);
		jv_free(x);
	}
	for (i = 0; i < sizeof tools / sizeof *tools; i++) {
		x = mg_jv_get(v, tools[i]);
		call |= jv_get_kind(x) == JV_KIND_OBJECT && jv_object_length(jv_copy(v)) == 1;
		jv_free(x);
	}
	return call || (strncmp(mg_jv_str(v, "agent_id", ""), "agent", 5) == 0 && *mg_jv_str(v, "reason", "") != '\0' &&
	    jv_object_length(jv_copy(v)) == 2);
}

/* "VOTE agent2 because", as programs in text mode may say it. */
static int
is_vote_line(const char *s, size_t n)
{
	return n > 11 && memcmp(s, "VOTE agent", 10) == 0 && isdigit((unsigned char)s[10]);
}

/* vote(...), new_answer(...), with what models put before it. */
static int
is_call_text(const char *s, size_t n)
{
	static const char *const before[] = { "functions.", "tools.", "default_api.", "print(", "`", "call ", "[" };
	size_t i, k;
	int more;

	do {
		for (more = 0, i = 0; i < sizeof before / sizeof *before; i++)
			if ((k = strlen(before[i])) < n && memcmp(s, before[i], k) == 0) {
				s += k;
				n -= k;
				more = 1;
			}
	} while (more);
	while (n > 0 && strchr("`]; \n", s[n - 1]) != NULL)
		n--;
	return n > 6 && s[n - 1] == ')' && (memcmp(s, "vote(", 5) == 0 || (n > 11 && memcmp(s, "new_answer(", 11) == 0));
}

/* The marks that models put around a call: a fence with its language, tags. */
static int
unwrap(const char **s, size_t *n)
{
	static const char *const tags[] = { "<tool_call>", "<tool_calls>", "[TOOL_CALLS]", "<function_calls>", "<|python_tag|>",
	    "<function=vote>", "<function=new_answer>", "<invoke name=\"vote\">", "<invoke name=\"new_answer\">" };
	const char *nl;
	size_t i, k;

	if (*n > 3 && memcmp(*s, "```", 3) == 0 && (nl = memchr(*s, '\n', *n)) != NULL) {
		*n -= (size_t)(nl + 1 - *s);
		*s = nl + 1;
		if (*n >= 3 && memcmp(*s + *n - 3, "```", 3) == 0)
			*n -= 3;
		trim(s, n);
		return 1;
	}
	for (i = 0; i < sizeof tags / sizeof *tags; i++) {
		if ((k = strlen(tags[i])) > *n || memcmp(*s, tags[i], k) != 0)
			continue;
		*s += k;
		*n -= k;
		trim(s, n);
		return i < 5 ? 1 : 2;
	}
	return 0;
}

int
mg_verdict_is_call(const char *s, size_t n)
{
	const char *end, *line;
	int tag, call;
	jv v;

	trim(&s, &n);
	if (n > CALL)
		return 0;
	for (line = s + n; line > s && line[-1] != '\n'; line--)
		;
	if (is_vote_line(line, (size_t)(s + n - line)))
		return 1;
	while ((tag = unwrap(&s, &n)) != 0)
		if (tag == 2)
			return 1;
	if (n == 0 || is_call_text(s, n))
		return n > 0;
	if (*s != '{' && *s != '[')
		return 0;
	for (end = s + n; end > s && end[-1] != '}' && end[-1] != ']'; end--)	/* a closing tag behind it */
		;
	v = jv_parse_sized(s, (int)(end - s));
	call = is_call_value(v, 3);
	jv_free(v);
	return call;
}

/* agentN, 1 to names, as a word of its own; "Agent 2" is one too. */
static int
names_agent(const char *s, size_t n, size_t names)
{
	size_t i, k, number;

	for (i = 0; i + 5 < n; i++) {
		if (strncasecmp(s + i, "agent", 5) != 0 || (i > 0 && isalnum((unsigned char)s[i - 1])))
			continue;
		k = i + 5 + (s[i + 5] == ' ' || s[i + 5] == '_');
		for (number = 0; k < n && isdigit((unsigned char)s[k]) && number < 10000; k++)
			number = 10 * number + (size_t)(s[k] - '0');
		if (number >= 1 && number <= names)
			return 1;
	}
	return 0;
}

static int
is_announcing(const struct mg_asks *a)
{
	return a->asks && (strcmp(a->kind, "plan") == 0 || strcmp(a->kind, "refers") == 0);
}

/* The end of the sentence or line that begins at s. */
static size_t
sentence(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '\n' || (strchr(".!?", s[i]) != NULL && (i + 1 == n || strchr(" \n", s[i + 1]) != NULL) &&
		    !(i > 0 && isdigit((unsigned char)s[i - 1]))))
			return i + 1;
		if (i + 3 <= n && memcmp(s + i, "\xe3\x80\x82", 3) == 0)	/* the ideographic full stop */
			return i + 3;
	}
	return n;
}

/* Whether most of a text is made of sentences that announce; steps behind a colon belong to theirs. */
static int
mostly_announces(const struct mg_lexicon *l, const char *text, size_t len)
{
	size_t i, n, hit = 0, all = 0;
	int steps = 0, announces;
	struct mg_asks a;

	for (i = 0; i < len; i += n) {
		if ((n = blank(text + i, len - i)) > 0)
			continue;
		n = sentence(text + i, len - i);
		mg_asks_judge(l, "", 0, text + i, n, &a);
		announces = is_announcing(&a) || (steps && (isdigit((unsigned char)text[i]) || strchr("-*", text[i]) != NULL));
		if (is_announcing(&a) || !announces)
			steps = is_announcing(&a) && memchr(text + i, ':', n) != NULL;
		all += n;
		hit += announces ? n : 0;
	}
	return 100 * hit >= SHARE * all;
}

/* Judges again without the sentence that only announces: does another ask? */
static void
behind(const struct mg_lexicon *l, const char *task, size_t tasklen, const char *text, size_t len, struct mg_asks *a)
{
	char *copy = mg_memdup(text, len);
	int i;

	for (i = 0; i < HIDDEN && is_announcing(a); i++) {
		memset(copy + a->start, 'x', a->end - a->start);	/* a word that says nothing */
		copy[a->end - 1] = '.';
		mg_asks_judge(l, task, tasklen, copy, len, a);
	}
	if (is_announcing(a))
		a->asks = 0;
	free(copy);
}

void
mg_verdict_judge(const struct mg_lexicon *l, const char *task, size_t tasklen, const char *text, size_t len,
    size_t names, size_t winning, struct mg_checked *out)
{
	struct mg_asks announced;
	const char *s = text;
	size_t n = len;

	*out = (struct mg_checked){ .is = MG_FINAL_GOOD, .asks = { .kind = "" } };
	trim(&s, &n);
	if (n == 0) {
		out->is = MG_FINAL_EMPTY;
		return;
	}
	if (mg_verdict_is_call(s, n)) {
		out->is = MG_FINAL_TOOL;
		return;
	}
	mg_asks_judge(l, task, tasklen, text, len, &out->asks);
	announced = out->asks;
	if (is_announcing(&announced))
		behind(l, task, tasklen, text, len, &out->asks);
	if (out->asks.asks) {
		out->is = MG_FINAL_ASKS;
	} else if (is_announcing(&announced)) {
		if (strcmp(announced.kind, "refers") == 0 && n <= POINTER)
			out->is = MG_FINAL_REFERS;
		else if (n <= ANNOUNCES && mostly_announces(l, text, len))
			out->is = MG_FINAL_PLAN;
		if (out->is != MG_FINAL_GOOD)
			out->asks = announced;
	}
	if (out->is == MG_FINAL_GOOD && n <= POINTER && n < 2 * winning + 80 && names_agent(s, sentence(s, n), names) &&
	    !names_agent(task, tasklen, names))
		out->is = MG_FINAL_REFERS;
}

void
mg_verdict_excerpt(struct mg_buf *b, const struct mg_asks *a, const char *text, size_t max)
{
	size_t n = a->end - a->start;

	if (n > max)
		for (n = max; n > max - 4 && ((unsigned char)text[a->start + n] & 0xc0) == 0x80; n--)
			;
	mg_buf_add(b, text + a->start, n);
}

void
mg_verdict_asks(struct mg_buf *b, const struct mg_asks *a, const char *text)
{
	struct mg_buf excerpt = MG_BUF(EXCERPT);

	mg_buf_printf(b, "\"asks\":%s,\"kind\":", a->asks ? "true" : "false");
	if (a->asks)
		mg_json_quote(b, a->kind, strlen(a->kind));
	else
		mg_buf_adds(b, "null");
	mg_buf_printf(b, ",\"score\":%d,\"where\":", a->score);
	if (a->asks && a->end > a->start) {
		mg_verdict_excerpt(&excerpt, a, text, EXCERPT);
		mg_buf_printf(b, "{\"offset\":%zu,\"excerpt\":", a->start);
		mg_json_quote(b, mg_buf_str(&excerpt), excerpt.len);
		mg_buf_addc(b, '}');
		mg_buf_free(&excerpt);
	} else {
		mg_buf_adds(b, "null");
	}
	mg_buf_adds(b, ",\"why\":");
	mg_json_quote(b, a->why, strlen(a->why));
}
