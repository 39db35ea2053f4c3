/* yaml.c - YAML into a tree, through libyaml's events.
 * SPDX-License-Identifier: MIT
 *
 * Events rather than libyaml's documents: those accept doubled keys, and build what aliases
 * stand for before anyone could count. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "config/node.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/mem.h"

#define ANCHORS	1000
#define MERGED	1000	/* keys of a mapping that takes part in a merge: each is compared with each */

struct anchor {
	char		*name;
	struct mg_node	*node;
};

struct reading {
	yaml_parser_t	 parser;
	struct mg_tree	*tree;
	const char	*text;
	size_t		 len;
	struct anchor	*anchor;
	size_t		 n, cap;
	size_t		 aliased;	/* bytes that aliases stand for so far */
	int		 depth;
	struct mg_err	*e;
};

static struct mg_node *value(struct reading *, yaml_event_t *);

static int
fail_at(struct reading *r, yaml_mark_t m, const char *why)
{
	return mg_tree_fail(r->tree, m.line + 1, m.column + 1, r->e, "%s", why);
}

/* The reader knows only a byte's offset: a byte that no text has, or that is not UTF-8. */
static int
bad_byte(struct reading *r)
{
	size_t i, at = r->parser.problem_offset, line = 1, column = 1;

	for (i = 0; i < at && i < r->len; i++) {
		if (r->text[i] == '\n')
			line++, column = 1;
		else if (((unsigned char)r->text[i] & 0xc0) != 0x80)
			column++;
	}
	if (r->parser.problem_value >= 0 && strstr(r->parser.problem, "control") != NULL)
		return mg_tree_fail(r->tree, line, column, r->e,
		    "text was expected, this is the control character 0x%02x",
		    (unsigned)r->parser.problem_value);
	return mg_tree_fail(r->tree, line, column, r->e,
	    "UTF-8 text was expected: %s", r->parser.problem);
}

static int
broken(struct reading *r)
{
	yaml_parser_t *p = &r->parser;
	yaml_mark_t m = p->problem_mark;
	const char *what = p->problem != NULL ? p->problem : "not YAML";

	if (p->error == YAML_MEMORY_ERROR)
		return mg_fail(r->e, MG_SYS, "%s: out of memory", r->tree->file);
	if (p->error == YAML_READER_ERROR)
		return bad_byte(r);
	if (m.index < r->len && r->text[m.index] == '\t' && strstr(what, "cannot start") != NULL)
		return fail_at(r, m, "a tab cannot indent YAML: blanks were expected");
	if (p->context != NULL && p->context_mark.line != m.line)
		return mg_tree_fail(r->tree, m.line + 1, m.column + 1, r->e,
		    "%s, %s that began in line %zu", what, p->context, p->context_mark.line + 1);
	if (p->context != NULL)
		return mg_tree_fail(r->tree, m.line + 1, m.column + 1, r->e,
		    "%s, %s", what, p->context);
	return fail_at(r, m, what);
}

static int
next(struct reading *r, yaml_event_t *ev)
{
	return yaml_parser_parse(&r->parser, ev) ? 0 : broken(r);
}

static int
name(struct reading *r, const yaml_char_t *anchor, struct mg_node *o)
{
	if (anchor == NULL)
		return 0;
	if (r->n == ANCHORS)	/* alias() looks through all of them */
		return mg_tree_fail(r->tree, o->line, o->column, r->e, "more than %d anchors", ANCHORS);
	r->anchor = mg_grow(r->anchor, r->n, &r->cap, sizeof *r->anchor);
	r->anchor[r->n++] = (struct anchor){ mg_strdup((const char *)anchor), o };
	return 0;
}

static struct mg_node *
alias(struct reading *r, const yaml_event_t *ev)
{
	const char *want = (const char *)ev->data.alias.anchor;
	struct mg_node *o = NULL;
	size_t i;

	for (i = r->n; i-- > 0 && o == NULL;)	/* a later anchor of that name hides an earlier one */
		if (strcmp(r->anchor[i].name, want) == 0)
			o = r->anchor[i].node;
	if (o == NULL) {
		mg_tree_fail(r->tree, ev->start_mark.line + 1, ev->start_mark.column + 1, r->e,
		    "alias *%.60s: an anchor &%.60s was expected before it", want, want);
		return NULL;
	}
	if (o->weight == 0) {
		fail_at(r, ev->start_mark, "an alias cannot stand inside what it repeats");
		return NULL;
	}
	r->aliased += o->weight;
	if (r->aliased > MG_ALIAS_MAX) {
		fail_at(r, ev->start_mark, "aliases repeat too much: this is no configuration");
		return NULL;
	}
	return o;
}

/* What the scalar is; tags say so, quotes make text, and a plain one tells by its look. */
static int
resolve(struct reading *r, struct mg_node *o, const yaml_event_t *ev)
{
	const char *tag = (const char *)ev->data.scalar.tag;
	enum mg_kind want;

	if (tag == NULL && ev->data.scalar.plain_implicit) {
		if (mg_node_plain(o) == -1)
			return fail_at(
			    r, ev->start_mark, "a finite number was expected: JSON has no other");
		return 0;
	}
	if (tag == NULL || strcmp(tag, "!") == 0 || strcmp(tag, YAML_STR_TAG) == 0)
		return 0;
	want = strcmp(tag, YAML_NULL_TAG) == 0 ? MG_N_NULL
	    : strcmp(tag, YAML_BOOL_TAG) == 0  ? MG_N_BOOL
	    : strcmp(tag, YAML_INT_TAG) == 0   ? MG_N_INT
	    : strcmp(tag, YAML_FLOAT_TAG) == 0 ? MG_N_FLOAT
					       : MG_N_STR;
	if (want == MG_N_STR)
		return mg_tree_fail(r->tree, ev->start_mark.line + 1, ev->start_mark.column + 1, r->e,
		    "tag %.80s: only !!str, !!int, !!float, !!bool, !!null, !!seq and !!map are known",
		    tag);
	if (mg_node_plain(o) == -1 || (o->kind != want && !(want == MG_N_FLOAT && o->kind == MG_N_INT)))
		return mg_tree_fail(r->tree, ev->start_mark.line + 1, ev->start_mark.column + 1, r->e,
		    "%s was expected after the tag", mg_kind_name(want));
	o->kind = want;
	return 0;
}

static struct mg_node *
scalar(struct reading *r, const yaml_event_t *ev)
{
	struct mg_node *o =
	    mg_node_new(r->tree, MG_N_STR, ev->start_mark.line + 1, ev->start_mark.column + 1, r->e);

	if (o == NULL)
		return NULL;
	mg_node_text(o, (const char *)ev->data.scalar.value, ev->data.scalar.length);
	if (resolve(r, o, ev) == -1 || name(r, ev->data.scalar.anchor, o) == -1)
		return NULL;
	return o;
}

/* <<: *base, or <<: [*a, *b]: keys that are not there yet.  What stands nearer wins. */
static int
merge_one(struct reading *r, struct mg_node *o, const struct mg_node *from)
{
	size_t i, j;
	int there;

	if (from->kind != MG_N_MAP)
		return mg_tree_fail(r->tree, from->line, from->column, r->e,
		    "a mapping was expected after <<");
	if (from->n > MERGED || o->n > MERGED)
		return mg_tree_fail(r->tree, from->line, from->column, r->e, "too many keys to merge");
	for (i = 0; i < from->n; i++) {
		there = 0;
		for (j = 0; j < o->n && !there; j++)
			there = o->pair[j].key->len == from->pair[i].key->len &&
			    memcmp(o->pair[j].key->text, from->pair[i].key->text,
				o->pair[j].key->len) == 0;
		if (!there)
			mg_node_add(o, from->pair[i].key, from->pair[i].val);
	}
	return 0;
}

static int
merge(struct reading *r, struct mg_node *o)
{
	struct mg_node *from = NULL;
	size_t i;

	for (i = 0; i < o->n && from == NULL; i++)
		if (strcmp(o->pair[i].key->text, "<<") == 0) {
			from = o->pair[i].val;
			o->pair[i] = o->pair[--o->n];
		}
	if (from == NULL)
		return 0;
	if (from->kind != MG_N_SEQ)
		return merge_one(r, o, from);
	for (i = 0; i < from->n; i++)
		if (merge_one(r, o, from->pair[i].val) == -1)
			return -1;
	return 0;
}

/* The elements up to the end event; keys of a mapping come in between. */
static int
elements(struct reading *r, struct mg_node *o, yaml_event_type_t end)
{
	struct mg_node *key, *val;
	yaml_event_t ev;

	for (;;) {
		if (next(r, &ev) == -1)
			return -1;
		if (ev.type == end) {
			yaml_event_delete(&ev);
			return 0;
		}
		key = NULL;
		if (o->kind == MG_N_MAP) {
			if ((key = value(r, &ev)) == NULL)
				return -1;
			if (key->text == NULL)
				return mg_tree_fail(r->tree, key->line, key->column, r->e,
				    "a key was expected, this is %s", mg_kind_name(key->kind));
			if (next(r, &ev) == -1)
				return -1;
		}
		if ((val = value(r, &ev)) == NULL)
			return -1;
		mg_node_add(o, key, val);
	}
}

static struct mg_node *
collection(struct reading *r, const yaml_event_t *ev)
{
	int map = ev->type == YAML_MAPPING_START_EVENT;
	const char *tag =
	    (const char *)(map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag);
	struct mg_node *o;

	if (tag != NULL && strcmp(tag, "!") != 0 &&
	    strcmp(tag, map ? YAML_MAP_TAG : YAML_SEQ_TAG) != 0) {
		mg_tree_fail(r->tree, ev->start_mark.line + 1, ev->start_mark.column + 1, r->e,
		    "tag %.80s: %s was expected", tag, map ? "!!map, or none," : "!!seq, or none,");
		return NULL;
	}
	if (r->depth == MG_NODE_DEPTH) {
		fail_at(r, ev->start_mark, "nested too deep");
		return NULL;
	}
	o = mg_node_new(r->tree, map ? MG_N_MAP : MG_N_SEQ, ev->start_mark.line + 1,
	    ev->start_mark.column + 1, r->e);
	if (o == NULL ||
	    name(r, map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor, o) == -1)
		return NULL;
	r->depth++;
	if (elements(r, o, map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT) == -1)
		return NULL;
	r->depth--;
	if (mg_node_close(r->tree, o, r->e) == -1 || (map && merge(r, o) == -1))
		return NULL;
	return o;
}

/* The node that begins with ev, which ends here.  NULL: see *e. */
static struct mg_node *
value(struct reading *r, yaml_event_t *ev)
{
	struct mg_node *o;

	if (ev->type == YAML_ALIAS_EVENT)
		o = alias(r, ev);
	else if (ev->type == YAML_SCALAR_EVENT)
		o = scalar(r, ev);
	else
		o = collection(r, ev);
	yaml_event_delete(ev);
	return o;
}

static int
document(struct reading *r)
{
	yaml_event_t ev;
	yaml_event_type_t type;
	yaml_mark_t mark;

	for (;;) {
		if (next(r, &ev) == -1)
			return -1;
		type = ev.type;
		mark = ev.start_mark;
		if (type == YAML_DOCUMENT_START_EVENT && r->tree->root != NULL) {
			yaml_event_delete(&ev);
			return fail_at(
			    r, mark, "the end of the file was expected, a second document begins");
		}
		if (type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT ||
		    type == YAML_MAPPING_START_EVENT || type == YAML_ALIAS_EVENT) {
			if ((r->tree->root = value(r, &ev)) == NULL)
				return -1;
			continue;
		}
		yaml_event_delete(&ev);
		if (type == YAML_STREAM_END_EVENT)
			return 0;
	}
}

int
mg_yaml_read(struct mg_tree *t, const char *text, size_t len, struct mg_err *e)
{
	struct reading r = { .tree = t, .text = text, .len = len, .e = e };
	size_t i;
	int result;

	if (!yaml_parser_initialize(&r.parser))
		return mg_fail(e, MG_SYS, "%s: out of memory", t->file);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	result = document(&r);
	for (i = 0; i < r.n; i++)
		free(r.anchor[i].name);
	free(r.anchor);
	yaml_parser_delete(&r.parser);
	return result;
}
