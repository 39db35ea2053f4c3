/* node.c - a configuration file as a tree that still knows where everything stood.
 * SPDX-License-Identifier: MIT */
#include "config/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/err.h"
#include "rt/mem.h"

#define NODE_WEIGHT 64	/* about what an empty value costs as JSON and in memory */

int
mg_tree_fail(
    const struct mg_tree *t, size_t line, size_t column, struct mg_err *e, const char *fmt, ...)
{
	char why[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);	/* cut where too long: it is a message */
	va_end(ap);
	if (column == 0)
		return mg_fail(e, MG_USAGE, "%s: line %zu: %s", t->file, line, why);
	return mg_fail(e, MG_USAGE, "%s: line %zu, column %zu: %s", t->file, line, column, why);
}

struct mg_node *
mg_node_new(struct mg_tree *t, enum mg_kind kind, size_t line, size_t column, struct mg_err *e)
{
	struct mg_node *o;

	if (t->n == MG_NODE_MAX) {
		mg_tree_fail(t, line, column, e,
		    "more than %zu values: this is no configuration", MG_NODE_MAX);
		return NULL;
	}
	o = mg_calloc(1, sizeof *o);
	o->kind = kind;
	o->line = line;
	o->column = column;
	t->all = mg_grow(t->all, t->n, &t->cap, sizeof(struct mg_node *));
	t->all[t->n++] = o;
	return o;
}

void
mg_tree_free(struct mg_tree *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (t->all[i]->text != NULL)
			explicit_bzero(t->all[i]->text, t->all[i]->len);	/* it may be a key */
		free(t->all[i]->text);
		free(t->all[i]->pair);
		free(t->all[i]);
	}
	free(t->all);
	*t = (struct mg_tree){ .file = t->file };
}

void
mg_node_text(struct mg_node *o, const char *s, size_t len)
{
	o->text = mg_memdup(s, len);
	o->len = len;
	o->weight = NODE_WEIGHT + len;
}

void
mg_node_add(struct mg_node *o, struct mg_node *key, struct mg_node *val)
{
	o->pair = mg_grow(o->pair, o->n, &o->cap, sizeof *o->pair);
	o->pair[o->n++] = (struct mg_pair){ key, val };
}

static int
by_key(const void *a, const void *b)
{
	const struct mg_node *x = *(struct mg_node *const *)a, *y = *(struct mg_node *const *)b;
	size_t n = x->len < y->len ? x->len : y->len;
	int r = n > 0 ? memcmp(x->text, y->text, n) : 0;

	if (r == 0 && x->len != y->len)
		r = x->len < y->len ? -1 : 1;
	if (r == 0 && x->line != y->line)
		r = x->line < y->line ? -1 : 1;
	return r;
}

/* Sorted, because a mapping may have as many keys as its author likes. */
static int
twice(const struct mg_tree *t, const struct mg_node *o, struct mg_err *e)
{
	struct mg_node **key = mg_malloc(o->n * sizeof(struct mg_node *)), *x, *y;
	size_t i;
	int r = 0;

	for (i = 0; i < o->n; i++)
		key[i] = o->pair[i].key;
	qsort(key, o->n, sizeof(struct mg_node *), by_key);
	for (i = 1; i < o->n && r == 0; i++) {
		x = key[i - 1];
		y = key[i];
		if (x->len == y->len && memcmp(x->text, y->text, x->len) == 0)
			r = mg_tree_fail(t, y->line, y->column, e,
			    "key '%.60s' stands already in line %zu: keep one of them", y->text,
			    x->line);
	}
	free(key);
	return r;
}

int
mg_node_close(struct mg_tree *t, struct mg_node *o, struct mg_err *e)
{
	size_t i;

	o->weight = NODE_WEIGHT;
	for (i = 0; i < o->n; i++)
		o->weight +=
		    o->pair[i].val->weight + (o->pair[i].key != NULL ? o->pair[i].key->weight : 0);
	return o->kind == MG_N_MAP && o->n > 1 ? twice(t, o, e) : 0;
}

struct mg_node *
mg_node_get(const struct mg_node *o, const char *key)
{
	size_t i, n = strlen(key);
	const struct mg_pair *p;

	if (o == NULL || o->kind != MG_N_MAP)
		return NULL;
	for (i = 0; i < o->n; i++) {
		p = &o->pair[i];
		if (p->key->len == n && memcmp(p->key->text, key, n) == 0)
			return p->val->kind != MG_N_NULL ? p->val : NULL;
	}
	return NULL;
}

const char *
mg_kind_name(enum mg_kind kind)
{
	static const char *const name[] = {
		"nothing", "true or false", "a number", "a number", "text", "a list", "a mapping"
	};

	return name[kind];
}

jv
mg_node_value(const struct mg_node *o)
{
	size_t i;
	jv v;

	switch (o->kind) {
	case MG_N_NULL:
		return jv_null();
	case MG_N_BOOL:
		return jv_bool(o->number != 0);
	case MG_N_INT:
	case MG_N_FLOAT:
		return jv_number(o->number);
	case MG_N_STR:
		return jv_string_sized(o->text, (int)o->len);
	case MG_N_SEQ:
		v = jv_array();
		for (i = 0; i < o->n; i++)
			v = jv_array_append(v, mg_node_value(o->pair[i].val));
		return v;
	case MG_N_MAP:
		v = jv_object();
		for (i = 0; i < o->n; i++)
			v = jv_object_set(v,
			    jv_string_sized(o->pair[i].key->text, (int)o->pair[i].key->len),
			    mg_node_value(o->pair[i].val));
		return v;
	}
	return jv_invalid();
}
