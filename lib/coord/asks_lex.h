/* asks_lex.h - the compiled word lists of the ask detector, and matching them.
 * SPDX-License-Identifier: MIT
 *
 * A class is a set of phrases; a rule is a sequence of classes and gaps with a
 * meaning.  The file format is described in share/autonomy/README. */
#ifndef MG_COORD_ASKS_LEX_H
#define MG_COORD_ASKS_LEX_H

#include <stddef.h>
#include <stdint.h>

#include "coord/asks_tok.h"

enum {
	ASKS_CLASSES = 8192,	/* named classes and literal words, all languages */
	ASKS_ELEMS = 14		/* elements of one rule */
};

enum asks_rule_type {
	R_ASK,		/* a request */
	R_OVER,		/* one that a closing formula in its sentence does not soften */
	R_CLOSE,	/* a polite closing: the sentence asks nothing */
	R_SUPPORT,	/* adds to what is found elsewhere */
	R_DATA,		/* as R_ASK, but only in lines of data, headings, table rows */
	R_TASK,		/* of the task: what is ordered */
	R_LINE		/* of a line: greeting, sign-off; of a sentence: promise, order, lack */
};

/* what R_TASK and R_LINE find; bits */
enum {
	P_LETTER = 1, P_DIALOG = 2, P_QUESTIONS = 4, P_TEXT = 8, P_PHRASE = 16, P_CODE = 32,
	P_EXPLAIN = 64, L_GREET = 128, L_BYE = 256, P_DATA = 512, P_OTHER = 1024, L_KEY = 2048,
	P_WRITE = 4096, P_WORK = 8192, L_PROMISE = 1 << 14, L_ORDER = 1 << 15, L_LACK = 1 << 16,
	L_ANY = L_GREET | L_BYE | L_KEY | L_PROMISE | L_ORDER | L_LACK
};

enum { E_CLASS, E_GAP, E_START, E_CLAUSE, E_END, E_QUESTION };

struct asks_elem {
	uint8_t		sort, opt;
	uint16_t	arg;		/* class, or the gap's length */
};

struct asks_rule {
	uint8_t		type, n;	/* n elements */
	uint8_t		w, p;		/* weight in the agent's own words; inside a product */
	uint32_t	what;		/* P_*, L_* */
	uint16_t	kind;		/* index into kinds */
	uint8_t		foreign;	/* of another language than English */
	struct asks_elem e[ASKS_ELEMS];
};

struct asks_node {		/* of the trie of phrases */
	uint32_t	first;		/* first class that ends here: index into ends, plus 1 */
};

struct asks_end { uint16_t class; uint32_t next; };
struct asks_ref { uint16_t key, need; uint32_t rule; };	/* need: a class the rule cannot do without */
struct asks_head { uint32_t word[4]; uint16_t class; };	/* the first words of a phrase */
struct asks_edge { uint64_t key; uint32_t node; };	/* key: parent << 32 | token, 0 free */

struct mg_lexicon {
	struct asks_words	 words, classes;
	uint32_t		 nids;
	struct asks_node	*node;
	size_t			 nnode, capnode;
	struct asks_end		*ends;
	size_t			 nends, capends;
	struct asks_head	*head;		/* all phrases */
	size_t			 nhead, caphead;
	struct asks_ref		*ref;		/* all rules, by key */
	uint32_t		*root;		/* the root's child by each token */
	struct asks_edge	*edge;
	size_t			 nedge, capedge;
	struct asks_cls {
		uint8_t	 common;	/* bits: 2 @you, 4 @wh, 8 @me, 16 @common, 32 @meta, 64 @english */
		uint8_t	 key;		/* rules hang on it */
		uint16_t level;		/* how rare it is in text: its commonest phrase's */
		uint32_t ref, nref;	/* the rules that hang on it, in refs */
	} cls[ASKS_CLASSES];
	uint32_t		 ncls;
	struct asks_rule	*rule;
	size_t			 nrule, caprule;
	char			**kind;
	size_t			 nkind, capkind;
};

/* What the rules found in one sentence. */
struct asks_found {
	const struct asks_rule	*ask, *over, *data;	/* the weightiest of each, or NULL */
	const struct asks_rule	*askp, *overp;		/* the weightiest by p */
	unsigned		 support;
	unsigned		 what;			/* bits of R_TASK and R_LINE */
	unsigned		 home;			/* the same, by English rules alone */
	int			 close, you, wh, me, meta, english;
};

/* The child of a node by a token; 0: none. */
uint32_t asks_step(const struct mg_lexicon *, uint32_t node, uint32_t token);
void	asks_match(const struct mg_lexicon *, const struct asks_sent *, struct asks_found *);

#endif
