/* Reads scripts, and finds the rule for a request.  README.md has the grammar.
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testd.h"

/* One letter an argument: t text, i number or n, p place, f file below -d. */
static const struct {
	const char	*name, *args;
	enum verb	verb;
} verbs[] = {
	{ "text", "t", V_TEXT }, { "think", "t", V_THINK }, { "refusal", "t", V_REFUSAL },
	{ "answer", "t", V_ANSWER }, { "vote", "tt", V_VOTE }, { "call", "ttt", V_CALL },
	{ "auto", "", V_AUTO }, { "tokens", "i", V_TOKENS }, { "endless", "", V_ENDLESS },
	{ "big", "i", V_BIG },
	{ "comment", "t", V_COMMENT }, { "comments-forever", "", V_COMMENTS },
	{ "event", "t", V_EVENT }, { "error", "tt", V_ERROR }, { "raw", "t", V_RAW },
	{ "file", "f", V_FILE }, { "reads", "f", V_READS }, { "json", "t", V_JSON },
	{ "body", "t", V_BODY }, { "html", "", V_HTML }, { "models", "", V_MODELS },
	{ "says", "t", V_SAYS }, { "votes", "t", V_VOTES }, { "final", "t", V_FINAL },
	{ "final-tokens", "i", V_FINALTOKENS }, { "finish", "t", V_FINISH },
	{ "no-done", "", V_NODONE }, { "usage", "ii", V_USAGE }, { "no-usage", "", V_NOUSAGE },
	{ "args", "i", V_ARGS }, { "pieces", "i", V_PIECES }, { "no-index", "", V_NOINDEX },
	{ "no-id", "", V_NOID }, { "whole-call", "", V_WHOLECALL }, { "whole", "", V_WHOLE },
	{ "status", "i", V_STATUS }, { "code", "t", V_CODE }, { "header", "tt", V_HEADER },
	{ "retry-after", "t", V_RETRY }, { "retry-after-ms", "t", V_RETRYMS },
	{ "retry-after-date", "i", V_RETRYDATE }, { "type", "t", V_TYPE },
	{ "redirect", "t", V_REDIRECT }, { "frame", "t", V_FRAME }, { "gzip", "", V_GZIP },
	{ "bytewise", "", V_BYTEWISE }, { "split", "i", V_SPLIT }, { "each", "", V_EACH },
	{ "gap", "i", V_GAP }, { "latency", "i", V_LATENCY }, { "crlf", "", V_CRLF },
	{ "cr", "", V_CR }, { "bom", "", V_BOM }, { "no-blank", "", V_NOBLANK },
	{ "cut", "p", V_CUT }, { "rst", "p", V_RST }, { "hang", "p", V_HANG },
	{ "after", "ti", V_AFTER }, { "after-reply", "ti", V_AFTERREPLY }, { "gate", "t", V_GATE },
	{ NULL, NULL, V_TEXT }
};

struct line {
	const char	*file, *p;
	int		no;
	struct buf	word;
};

static _Noreturn void __attribute__((format(printf, 2, 3)))
wrong(const struct line *l, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "mg-testd: %s:%d: ", l->file, l->no);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static void
escape(struct line *l, struct buf *b)
{
	char hex[3] = { 0 };
	char c = *l->p++;

	switch (c) {
	case 'n': c = '\n'; break;
	case 'r': c = '\r'; break;
	case 't': c = '\t'; break;
	case '"': case '\\': break;
	case 'x':
		if (!isxdigit((unsigned char)l->p[0]) || !isxdigit((unsigned char)l->p[1]))
			wrong(l, "\\x wants two hexadecimal digits");
		memcpy(hex, l->p, 2);
		l->p += 2;
		c = (char)strtol(hex, NULL, 16);
		break;
	default:
		wrong(l, "unknown escape \\%c (known: \\n \\r \\t \\\" \\\\ \\xHH)", c);
	}
	buf_add(b, &c, 1);
}

/* The next word of the line is in l->word; false at the end or a comment. */
static bool
next_word(struct line *l)
{
	char quote;

	l->word.len = 0;
	buf_add(&l->word, "", 0);
	while (*l->p == ' ' || *l->p == '\t')
		l->p++;
	if (*l->p == '\0' || *l->p == '#')
		return false;
	if (*l->p != '"' && *l->p != '\'') {
		size_t n = strcspn(l->p, " \t");

		buf_add(&l->word, l->p, n);
		l->p += n;
		return true;
	}
	for (quote = *l->p++; *l->p != quote; ) {
		if (*l->p == '\0')
			wrong(l, "the closing %c is missing", quote);
		if (quote == '"' && *l->p == '\\') {
			l->p++;
			escape(l, &l->word);
		} else
			buf_add(&l->word, l->p++, 1);
	}
	l->p++;
	return true;
}

/* Digits with K or M (MB) behind them. */
static bool
number(const char *s, long *v)
{
	char *end;

	*v = strtol(s, &end, 10);
	if (end == s)
		return false;
	if (*end == 'K' || *end == 'M') {
		*v *= *end == 'K' ? 1024 : 1024 * 1024;
		end += end[1] == 'B' ? 2 : 1;
	}
	return *end == '\0';
}

static void
check_file(const struct script *s, struct line *l, const char *name)
{
	struct buf b = { 0 }, path = { 0 };

	buf_fmt(&path, "%s/%s", s->dir, name);
	if (buf_file(&b, path.p) == -1)
		wrong(l, "%s: %s", path.p, strerror(errno));
	buf_free(&path);
	buf_free(&b);
}

static void
argument(const struct script *s, struct line *l, struct op *op, int i, char kind)
{
	static const char *const place[] = {
		"start", "headers", "mid", "midline", "midchar", "midargs", "done", "end", NULL
	};
	const char *w;
	int k;

	if (!next_word(l))
		wrong(l, "a word is missing at the end");
	w = l->word.p;
	op->arg[i] = copy(w, l->word.len);
	op->len[i] = l->word.len;
	if (kind == 'f')
		check_file(s, l, w);
	if (kind == 't' || kind == 'f')
		return;
	op->isnum[i] = number(w, &op->num[i]);
	op->nth[i] = strcmp(w, "n") == 0;
	if (op->isnum[i] || op->nth[i])
		return;
	for (k = 0; kind == 'p' && place[k] != NULL; k++)
		if (strcmp(w, place[k]) == 0)
			return;
	wrong(l, kind == 'p' ? "\"%s\": no such place" : "\"%s\": not a number", w);
}

/* The words from the current one to the end of the line. */
static void
operations(const struct script *s, struct line *l, struct rule *r)
{
	do {
		struct op op = { 0 };
		int v, i;

		for (v = 0; verbs[v].name != NULL; v++)
			if (strcmp(verbs[v].name, l->word.p) == 0)
				break;
		if (verbs[v].name == NULL)
			wrong(l, "\"%s\": unknown word", l->word.p);
		op.verb = verbs[v].verb;
		for (i = 0; verbs[v].args[i] != '\0'; i++)
			argument(s, l, &op, i, verbs[v].args[i]);
		r->op = grow(r->op, r->nop, sizeof(*r->op));
		r->op[r->nop++] = op;
	} while (next_word(l));
}

static void
range(struct line *l, struct rule *r)
{
	char *end;

	if (strcmp(l->word.p, "*") == 0) {
		*r = (struct rule){ .lo = 1, .hi = -1, .times = -1 };
		return;
	}
	*r = (struct rule){ .lo = strtol(l->word.p, &end, 10), .times = -1 };
	r->hi = r->lo;
	if (*end == '-')
		r->hi = end[1] == '\0' ? (end++, -1) : strtol(end + 1, &end, 10);
	if (*end != '\0' || r->lo < 1)
		wrong(l, "\"%s\": which requests? (3, 2-5, 2- or *)", l->word.p);
}

/* on RANGE [when JQ] [times N] WORD... */
static void
rule(struct script *s, struct line *l)
{
	struct section *sec;
	struct buf where = { 0 };
	struct rule r;

	if (s->nsection == 0)
		wrong(l, "\"on\" before any \"model\" or \"path\"");
	sec = &s->section[s->nsection - 1];
	if (!next_word(l))
		wrong(l, "which requests? (3, 2-5, 2- or *)");
	range(l, &r);
	while (next_word(l)) {
		if (strcmp(l->word.p, "when") == 0 && next_word(l)) {
			if ((r.when = jq_init()) == NULL || !jq_compile(r.when, l->word.p))
				wrong(l, "the condition is no jq program");
		} else if (strcmp(l->word.p, "times") == 0 && next_word(l)) {
			if (!number(l->word.p, &r.times))
				wrong(l, "\"%s\": not a number", l->word.p);
		} else {
			operations(s, l, &r);
			break;
		}
	}
	buf_fmt(&where, "%s:%d", l->file, l->no);
	r.where = where.p;
	sec->rule = grow(sec->rule, sec->nrule, sizeof(*sec->rule));
	sec->rule[sec->nrule++] = r;
}

static void
statement(struct script *s, struct line *l)
{
	struct section *last = s->nsection > 0 ? &s->section[s->nsection - 1] : NULL;
	bool is_path;

	if (!next_word(l))
		return;
	is_path = strcmp(l->word.p, "path") == 0;
	if (is_path || strcmp(l->word.p, "model") == 0) {
		if (!next_word(l))
			wrong(l, "a name is missing");
		s->section = grow(s->section, s->nsection, sizeof(*s->section));
		s->section[s->nsection++] = (struct section){ .is_path = is_path,
		    .name = copy(l->word.p, l->word.len) };
		if (next_word(l))
			wrong(l, "\"%s\": a name is one word", l->word.p);
	} else if (strcmp(l->word.p, "owner") == 0 && next_word(l)) {
		free(s->owner);
		s->owner = copy(l->word.p, l->word.len);
	} else if (strcmp(l->word.p, "on") == 0)
		rule(s, l);
	else if (last == NULL || last->nrule == 0)
		wrong(l, "\"%s\": expected model, path, owner or on", l->word.p);
	else				/* a rule may go on in the next line */
		operations(s, l, &last->rule[last->nrule - 1]);
}

void
script_text(struct script *s, const char *name, const char *text)
{
	struct line l = { .file = name };
	char *line;

	for (l.no = 1; *text != '\0'; l.no++) {
		size_t n = strcspn(text, "\n");

		l.p = line = copy(text, n);
		statement(s, &l);
		free(line);
		text += n + (text[n] == '\n');
	}
	buf_free(&l.word);
}

void
script_file(struct script *s, const char *path)
{
	struct buf b = { 0 };

	if (buf_file(&b, path) == -1) {
		fprintf(stderr, "mg-testd: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	script_text(s, path, b.p);
	buf_free(&b);
}

static bool
condition(jq_state *jq, const struct request *r)
{
	jv v;
	bool yes;

	if (!jv_is_valid(r->json))
		return false;
	jq_start(jq, jv_copy(r->json), 0);
	v = jq_next(jq);
	yes = jv_is_valid(v) && jv_get_kind(v) != JV_KIND_NULL &&
	    jv_get_kind(v) != JV_KIND_FALSE;
	jv_free(v);
	return yes;
}

struct tally *
script_tally(struct script *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->ntally; i++)
		if (strcmp(s->tally[i].name, name) == 0)
			return &s->tally[i];
	s->tally = grow(s->tally, s->ntally, sizeof(*s->tally));
	s->tally[s->ntally] = (struct tally){ .name = copy(name, strlen(name)) };
	return &s->tally[s->ntally++];
}

/* The first section from the i-th on that a path or a model belongs to. */
static size_t
find_section(const struct script *s, size_t i, const char *name, bool is_path)
{
	while (i < s->nsection && (s->section[i].is_path != is_path ||
	    fnmatch(s->section[i].name, name, 0) != 0))
		i++;
	return i;
}

static bool
applies(const struct rule *u, const struct request *r)
{
	return r->nth >= u->lo && (u->hi == -1 || r->nth <= u->hi) &&
	    (u->times == -1 || u->used < u->times) &&
	    (u->when == NULL || condition(u->when, r));
}

struct rule *
script_match(struct script *s, struct request *r, long *t)
{
	char *path = copy(r->path, strcspn(r->path, "?"));
	bool is_path = find_section(s, 0, path, true) < s->nsection;
	const char *name = is_path ? path : r->model;
	struct tally *tally;
	size_t i, j;

	*t = -1;
	if (is_path || shape_find(path) != NULL) {
		tally = script_tally(s, name);
		*t = tally - s->tally;
		r->nth = ++tally->got;
		for (i = 0; (i = find_section(s, i, name, is_path)) < s->nsection; i++)
			for (j = 0; j < s->section[i].nrule; j++)
				if (applies(&s->section[i].rule[j], r)) {
					s->section[i].rule[j].used++;
					free(path);
					return &s->section[i].rule[j];
				}
	}
	free(path);
	return NULL;
}

void
script_free(struct script *s)
{
	size_t i, j, k;

	for (i = 0; i < s->nsection; i++) {
		for (j = 0; j < s->section[i].nrule; j++) {
			struct rule *r = &s->section[i].rule[j];

			for (k = 0; k < r->nop; k++) {
				free(r->op[k].arg[0]);
				free(r->op[k].arg[1]);
				free(r->op[k].arg[2]);
			}
			if (r->when != NULL)
				jq_teardown(&r->when);
			free(r->op);
			free(r->where);
		}
		free(s->section[i].rule);
		free(s->section[i].name);
	}
	for (i = 0; i < s->ntally; i++)
		free(s->tally[i].name);
	free(s->section);
	free(s->tally);
	free(s->owner);
}
