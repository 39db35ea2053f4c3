/* peek.c - which types of chunks a jq program can let through, read from its text.
 * SPDX-License-Identifier: MIT
 *
 * In jq, from loose to tight: | , // = or and == + *.  So what may stand behind
 * a comparison is `and` with operands that hold nothing looser, `or`, or the
 * end; of select(...) a pipe or the end.  Words that reach to the right as far
 * as they can (as, def, reduce, if, try ...) end the attempt. */
#include "peek.h"

#include <string.h>

enum kind { T_END, T_BAD, T_TYPE, T_EQ, T_STRING, T_AND, T_OR, T_PIPE, T_SELECT, T_OPEN, T_CLOSE,
	T_OPEN_OTHER, T_CLOSE_OTHER, T_TIGHT, T_OTHER };

struct token {
	enum kind	kind;
	struct mg_span	text;	/* of a string: between its quotes */
};

struct reader {
	const char	*p;
	struct token	 t;	/* the token that comes next */
};

#define WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* A string without escapes: what it says is what it compares with. */
static enum kind
string(struct token *t)
{
	size_t n = strcspn(t->text.p + 1, "\"\\\n");

	if (t->text.p[1 + n] != '"')
		return T_BAD;
	t->text = (struct mg_span){ t->text.p + 1, n };
	return T_STRING;
}

/* Plain words are calls of functions, or the words of the language. */
static enum kind
word(struct mg_span s)
{
	static const char *const greedy[] = { "as", "def", "if", "then", "elif", "else", "end", "reduce",
	    "foreach", "try", "catch", "label", "import", "include", "module", "__loc__" };
	size_t i;

	if (mg_span_is(s, "and"))
		return T_AND;
	if (mg_span_is(s, "or"))
		return T_OR;
	if (mg_span_is(s, "select"))
		return T_SELECT;
	for (i = 0; i < sizeof greedy / sizeof *greedy; i++)
		if (mg_span_is(s, greedy[i]))
			return T_BAD;
	return T_TIGHT;
}

static enum kind
punctuation(struct token *t)
{
	static const struct { const char *text; enum kind kind; } ops[] = {
		{ "?//", T_BAD }, { "//=", T_OTHER }, { "..", T_TIGHT }, { "==", T_EQ }, { "!=", T_TIGHT },
		{ "<=", T_TIGHT }, { ">=", T_TIGHT }, { "|=", T_OTHER }, { "+=", T_OTHER }, { "-=", T_OTHER },
		{ "*=", T_OTHER }, { "/=", T_OTHER }, { "%=", T_OTHER }, { "//", T_OTHER }, { "|", T_PIPE },
		{ ",", T_OTHER }, { "=", T_OTHER }, { ";", T_OTHER }, { ":", T_OTHER }, { "<", T_TIGHT },
		{ ">", T_TIGHT }, { "+", T_TIGHT }, { "-", T_TIGHT }, { "*", T_TIGHT }, { "/", T_TIGHT },
		{ "%", T_TIGHT }, { "?", T_TIGHT }, { ".", T_TIGHT }, { "(", T_OPEN }, { ")", T_CLOSE },
		{ "[", T_OPEN_OTHER }, { "]", T_CLOSE_OTHER }, { "{", T_OPEN_OTHER }, { "}", T_CLOSE_OTHER },
	};
	size_t i;

	for (i = 0; i < sizeof ops / sizeof *ops; i++)
		if (strncmp(t->text.p, ops[i].text, strlen(ops[i].text)) == 0) {
			t->text.n = strlen(ops[i].text);
			return ops[i].kind;
		}
	return T_BAD;	/* a comment, a backslash, what we do not know */
}

static void
next(struct reader *r)
{
	struct token *t = &r->t;

	r->p += strspn(r->p, " \t\n\r");
	t->text = (struct mg_span){ r->p, 0 };
	if (*r->p == '\0') {
		t->kind = T_END;
	} else if (*r->p == '"') {
		t->kind = string(t);
		if (t->kind == T_STRING)
			r->p = t->text.p + t->text.n + 1;
		return;
	} else if ((*r->p == '.' || *r->p == '$' || *r->p == '@') && strspn(r->p + 1, WORD) > 0) {
		t->text.n = 1 + strspn(r->p + 1, WORD);
		t->kind = mg_span_is(t->text, ".type") ? T_TYPE : T_TIGHT;
	} else if ((t->text.n = strspn(r->p, WORD)) > 0) {
		t->kind = word(t->text);
	} else {
		t->kind = punctuation(t);
	}
	r->p += t->text.n;
}

static int
got(struct reader *r, enum kind kind)
{
	if (r->t.kind != kind)
		return 0;
	next(r);
	return 1;
}

/* .type == "a", either way round.  0, or -1. */
static int
comparison(struct reader *r, struct peek *k)
{
	struct mg_span text = r->t.text;

	if (got(r, T_STRING)) {
		if (!got(r, T_EQ) || !got(r, T_TYPE))
			return -1;
	} else {
		if (!got(r, T_TYPE) || !got(r, T_EQ))
			return -1;
		text = r->t.text;
		if (!got(r, T_STRING))
			return -1;
	}
	if (k->n == PEEK_TYPES)
		return -1;
	k->type[k->n++] = text;
	return 0;
}

/* What stands behind the `and`: anything that binds tighter than `or`, and
 * anything at all in brackets that match.  0, or -1. */
static int
operands(struct reader *r)
{
	char open[32];
	size_t depth = 0;

	for (;; next(r)) {
		switch (r->t.kind) {
		case T_END:
			return depth == 0 ? 0 : -1;
		case T_BAD:
			return -1;
		case T_OPEN:
		case T_OPEN_OTHER:
			if (depth == sizeof open)
				return -1;
			open[depth++] = *r->t.text.p;
			break;
		case T_CLOSE:
		case T_CLOSE_OTHER:
			if (depth == 0)
				return 0;
			if (*r->t.text.p != (open[--depth] == '(' ? ')' : open[depth] == '[' ? ']' : '}'))
				return -1;
			break;
		case T_OR:
		case T_PIPE:
		case T_OTHER:
			if (depth == 0)
				return 0;
			break;
		default:
			break;
		}
	}
}

/* Comparisons and parentheses joined with `or`, each perhaps with an `and`
 * behind it.  0, or -1.  Parentheses are counted, not recursed into, where
 * the caller is hostile: depth bounds it. */
static int
predicate(struct reader *r, struct peek *k, int depth)
{
	if (depth > 8)
		return -1;
	do {
		if (got(r, T_OPEN)) {
			if (predicate(r, k, depth + 1) == -1 || !got(r, T_CLOSE))
				return -1;
		} else if (comparison(r, k) == -1) {
			return -1;
		}
		if (got(r, T_AND)) {
			k->exact = 0;
			if (operands(r) == -1)
				return -1;
		}
	} while (got(r, T_OR));
	return 0;
}

int
peek_program(struct peek *k, const char *program)
{
	struct reader r = { .p = program };
	int r0;

	*k = (struct peek){ .exact = 1 };
	next(&r);
	if (!got(&r, T_SELECT)) {
		r0 = predicate(&r, k, 0);
		return r0 == 0 && r.t.kind == T_END;
	}
	if (!got(&r, T_OPEN) || predicate(&r, k, 0) == -1 || !got(&r, T_CLOSE))
		return 0;
	if (r.t.kind == T_END)
		return 1;
	k->exact = 0;
	return r.t.kind == T_PIPE;
}
