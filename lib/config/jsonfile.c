/* jsonfile.c - JSON into a tree, after the strict check.
 * SPDX-License-Identifier: MIT
 *
 * Not through libyaml: it does not know surrogate pairs and takes what is no JSON. */
#include <stdlib.h>
#include <string.h>

#include "chunk/json.h"
#include "config/node.h"
#include "rt/bounds.h"
#include "rt/err.h"

struct walk {
	struct mg_tree	*tree;
	const char	*p, *end;	/* checked text: no bounds to look after inside a value */
	size_t		 line, column;
	int		 depth;
	struct mg_err	*e;
};

static struct mg_node *value(struct walk *);

/* Over n bytes; columns count characters. */
static void
step(struct walk *w, size_t n)
{
	for (; n > 0; n--, w->p++) {
		if (*w->p == '\n')
			w->line++, w->column = 1;
		else if (((unsigned char)*w->p & 0xc0) != 0x80)
			w->column++;
	}
}

static void
blank(struct walk *w)
{
	while (w->p < w->end && *w->p != '\0' && strchr(" \t\r\n", *w->p) != NULL)
		step(w, 1);
}

static struct mg_node *
string(struct walk *w)
{
	struct mg_node *o = mg_node_new(w->tree, MG_N_STR, w->line, w->column, w->e);
	struct mg_buf b = MG_BUF(MG_FILE_MAX);
	const char *end = w->p + 1;

	if (o == NULL)
		return NULL;
	while (*end != '"')
		end += *end == '\\' ? 2 : 1;
	end++;
	mg_json_unquote(&b, w->p, (size_t)(end - w->p));
	mg_node_text(o, mg_buf_str(&b), b.len);
	mg_buf_free(&b);
	step(w, (size_t)(end - w->p));
	return o;
}

/* A number, true, false or null: YAML reads these the same way. */
static struct mg_node *
word(struct walk *w)
{
	struct mg_node *o = mg_node_new(w->tree, MG_N_STR, w->line, w->column, w->e);
	size_t n = 0;

	if (o == NULL)
		return NULL;
	while (w->p + n < w->end && strchr(",]} \t\r\n", w->p[n]) == NULL)
		n++;
	mg_node_text(o, w->p, n);
	if (strchr("tfn", *w->p) != NULL) {
		mg_node_plain(o);
	} else {
		o->kind = memchr(w->p, '.', n) != NULL || memchr(w->p, 'e', n) != NULL ||
		    memchr(w->p, 'E', n) != NULL ? MG_N_FLOAT : MG_N_INT;
		o->number = strtod(o->text, NULL);
	}
	step(w, n);
	return o;
}

static struct mg_node *
collection(struct walk *w)
{
	int map = *w->p == '{';
	struct mg_node *o = mg_node_new(w->tree, map ? MG_N_MAP : MG_N_SEQ, w->line, w->column, w->e);
	struct mg_node *key = NULL, *val;

	if (o == NULL)
		return NULL;
	if (w->depth++ == MG_NODE_DEPTH) {
		mg_tree_fail(w->tree, w->line, w->column, w->e, "nested too deep");
		return NULL;
	}
	step(w, 1);
	for (blank(w); *w->p != '}' && *w->p != ']'; blank(w)) {
		if (map && (key = value(w)) == NULL)
			return NULL;
		blank(w);
		if (map)
			step(w, 1);	/* the colon */
		if ((val = value(w)) == NULL)
			return NULL;
		mg_node_add(o, key, val);
		blank(w);
		if (*w->p == ',')
			step(w, 1);
	}
	step(w, 1);
	w->depth--;
	return mg_node_close(w->tree, o, w->e) == -1 ? NULL : o;
}

static struct mg_node *
value(struct walk *w)
{
	blank(w);
	if (*w->p == '{' || *w->p == '[')
		return collection(w);
	return *w->p == '"' ? string(w) : word(w);
}

int
mg_json_read(struct mg_tree *t, const char *text, size_t len, struct mg_err *e)
{
	struct walk w = { .tree = t, .p = text, .end = text + len, .line = 1, .column = 1, .e = e };
	struct mg_bad bad;
	int whole;

	if (len >= 3 && memcmp(text, "\357\273\277", 3) == 0)	/* editors that mark UTF-8 */
		w.p += 3;
	blank(&w);
	if (w.p == w.end)
		return 0;
	whole = mg_json_check(w.p, (size_t)(w.end - w.p), &bad);
	if (whole == -1) {
		step(&w, bad.pos);
		return mg_tree_fail(t, w.line, w.column, e, "%s", bad.why);
	}
	return (t->root = value(&w)) == NULL ? -1 : 0;
}
