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
	R_TASK,		/* of the task: what is ordered */
	R_LINE		/* of a line: greeting, sign-off, key */
};

/* what R_TASK and R_LINE find; bits */
enum {
	P_LETTER = 1, P_DIALOG = 2, P_QUESTIONS = 4, P_TEXT = 8, P_PHRASE = 16, P_CODE = 32,
	P_EXPLAIN = 64, L_GREET = 128, L_BYE = 256, P_DATA = 512, P_OTHER = 1024, L_KEY = 2048,
	P_WRITE = 4096, P_WORK = 8192, L_ANY = L_GREET | L_BYE | L_KEY
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

/* In which place a feature says something; each has its own weight. */
enum asks_column {
	W_HERE,		/* of the sentence that it is in */
	W_NEXT,		/* of the sentence behind that */
	W_BACK,		/* of the sentence before */
	W_TASK,		/* of the answer, where it is in the task */
	W_ORDER,	/* in the task: that it orders words for somebody else */
	W_COLUMNS
};

enum { ASKS_UNIT = 32 };		/* weights are in 1/32 */

/* What a feature weighs (asks_weigh.h).  A slot is free where hash is 0. */
struct asks_weight {
	uint32_t	hash;
	int8_t		w[W_COLUMNS];
	uint8_t		kind;		/* index into the lexicon's kinds, plus 1; 0: of none */
};

struct asks_weights {
	struct asks_weight	*slot;
	size_t			 cap, used;	/* cap: a power of two */
	uint64_t		 bits[8192];	/* which hashes may be in it */
	int16_t			*mark;		/* by mark and value (asks_read.h) */
};

struct mg_lexicon {
	struct asks_weights	 weights;
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
		uint8_t	 common;	/* bits: 16 @common, 64 @english */
		uint8_t	 key;		/* rules hang on it */
		uint16_t level;		/* how rare it is in text: its commonest phrase's */
		uint32_t ref, nref;	/* the rules that hang on it, in refs */
	} cls[ASKS_CLASSES];
	uint32_t		 ncls;
	struct asks_rule	*rule;
	size_t			 nrule, caprule;
	int			 asking;	/* there are rules that find requests */
	char			**kind;
	size_t			 nkind, capkind;
};

/* What the rules found in one sentence. */
struct asks_found {
	const struct asks_rule	*ask, *askp;	/* the weightiest, and the weightiest by p; NULL: none */
	unsigned		 what;		/* bits of R_TASK and R_LINE */
	unsigned		 home;		/* the same, by English rules alone */
	int			 english;
};

/* The child of a node by a token; 0: none. */
uint32_t asks_step(const struct mg_lexicon *, uint32_t node, uint32_t token);
void	asks_match(const struct mg_lexicon *, const struct asks_sent *, struct asks_found *);

#endif
