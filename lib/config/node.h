/* node.h - a configuration file as a tree that still knows where everything stood.
 * SPDX-License-Identifier: MIT
 *
 * YAML and JSON are read into the same tree.  An alias is the node of its anchor a second
 * time, so the tree is a graph without circles; the tree owns every node. */
#ifndef MG_CONFIG_NODE_H
#define MG_CONFIG_NODE_H

#include <jv.h>
#include <stddef.h>

struct mg_err;

#define MG_NODE_DEPTH	64			/* nesting: leaves room inside a chunk's MG_DEPTH_MAX */
#define MG_NODE_MAX	((size_t)200000)	/* values in a file: about 30 MiB of nodes */
#define MG_ALIAS_MAX	((size_t)4 << 20)	/* bytes that aliases may stand for, all together */

enum mg_kind { MG_N_NULL, MG_N_BOOL, MG_N_INT, MG_N_FLOAT, MG_N_STR, MG_N_SEQ, MG_N_MAP };

struct mg_node;

struct mg_pair {
	struct mg_node	*key;	/* NULL in a sequence */
	struct mg_node	*val;
};

struct mg_node {
	enum mg_kind	 kind;
	size_t		 line, column;	/* from 1 */
	char		*text;		/* a scalar as written (quotes and escapes undone), NUL added */
	size_t		 len;
	double		 number;	/* int, float; bool: 0 or 1 */
	struct mg_pair	*pair;		/* seq, map */
	size_t		 n, cap;
	size_t		 weight;	/* bytes that it stands for, all below it too; 0 while it is being read */
};

struct mg_tree {
	const char	 *file;		/* for messages; borrowed */
	struct mg_node	 *root;		/* NULL: the document is empty */
	struct mg_node	**all;
	size_t		  n, cap;
};

/* Reads a document.  0, or -1: *e (MG_USAGE) says file, line, column and what was expected. */
int	mg_yaml_read(struct mg_tree *, const char *text, size_t len, struct mg_err *e);
int	mg_json_read(struct mg_tree *, const char *text, size_t len, struct mg_err *e);
void	mg_tree_free(struct mg_tree *);

/* A new node of the tree; NULL and *e beyond MG_NODE_MAX. */
struct mg_node *mg_node_new(struct mg_tree *, enum mg_kind, size_t line, size_t column, struct mg_err *e);
/* Appends to a sequence (key NULL) or a mapping. */
void	mg_node_add(struct mg_node *, struct mg_node *key, struct mg_node *val);
/* Call when its last element was added: sums its weight; in a mapping two equal keys are an error. */
int	mg_node_close(struct mg_tree *, struct mg_node *, struct mg_err *e);
/* Gives a scalar its text, which is copied. */
void	mg_node_text(struct mg_node *, const char *, size_t len);

/* Fills *e with "file: line 3, column 5: ..." (MG_USAGE) and returns -1. */
int	mg_tree_fail(const struct mg_tree *, size_t line, size_t column, struct mg_err *e, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));
/* The value of a key of a mapping; NULL where it is absent, null, or o is NULL or no mapping. */
struct mg_node *mg_node_get(const struct mg_node *o, const char *key);
/* "a mapping", "a list", "text", "a number", "true or false", "nothing". */
const char *mg_kind_name(enum mg_kind);
/* The value for JSON.  The caller owns it. */
jv	mg_node_value(const struct mg_node *);

/* What a plain YAML scalar is: YAML 1.1 core, without base 60, and 1.2's 1e5 and 0o17.
 * Fills kind and number.  0; -1: .inf or .nan, which JSON does not have. */
int	mg_node_plain(struct mg_node *);

#endif
