/* asks_lex.c - reads the word lists of the ask detector.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "coord/asks.h"
#include "coord/asks_weigh.h"
#include "rt/err.h"
#include "rt/mem.h"

struct reader {
	struct mg_lexicon	*l;
	const char		*name;		/* of the file */
	unsigned		 line;
	uint64_t		 salt;		/* class names are the file's own */
	struct mg_err		*e;
};

struct mg_lexicon *
mg_lexicon_new(void)
{
	struct mg_lexicon *l = mg_calloc(1, sizeof(*l));

	l->words.stembits = mg_calloc(1024, sizeof(uint64_t));
	l->weights.mark = mg_calloc(M_COUNT * ASKS_VALUES, sizeof(*l->weights.mark));
	l->nids = TOK_FIRST_WORD;
	l->node = mg_calloc(1, sizeof(*l->node));
	l->nnode = l->capnode = 1;	/* the root */
	l->ncls = 1;			/* class 0 is none */
	return (l);
}

void
mg_lexicon_free(struct mg_lexicon *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->nkind; i++)
		free(l->kind[i]);
	free(l->kind);
	free(l->weights.slot);
	free(l->weights.mark);
	free(l->words.slot);
	free(l->classes.slot);
	free(l->words.stembits);
	free(l->node);
	free(l->ends);
	free(l->edge);
	free(l->head);
	free(l->ref);
	free(l->root);
	free(l->rule);
	free(l);
}

static void
word_put(struct asks_words *w, struct asks_word word)
{
	size_t i = word.hash >> 20;

	while (w->slot[i & (w->cap - 1)].hash != 0)
		i++;
	w->slot[i & (w->cap - 1)] = word;
}

/* The id of a hash; *next, which is counted up, where it has none yet. */
static uint32_t
id_of(struct asks_words *w, uint64_t hash, uint32_t *next)
{
	const struct asks_word *f = asks_find(w, hash);
	struct asks_word *old = w->slot;
	size_t cap = w->cap;

	if (f != NULL)
		return (f->id);
	if (2 * (w->used + 1) > cap) {
		w->cap = cap == 0 ? 1024 : 2 * cap;
		w->slot = mg_calloc(w->cap, sizeof(*w->slot));
		for (size_t i = 0; i < cap; i++)
			if (old[i].hash != 0)
				word_put(w, old[i]);
		free(old);
	}
	w->used++;
	word_put(w, (struct asks_word){ .hash = hash, .id = *next });
	return ((*next)++);
}

static size_t
edge_slot(const struct mg_lexicon *l, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

	while (l->edge[i & (l->capedge - 1)].key != 0 && l->edge[i & (l->capedge - 1)].key != key)
		i++;
	return (i & (l->capedge - 1));
}

uint32_t
asks_step(const struct mg_lexicon *l, uint32_t node, uint32_t token)
{
	return (l->capedge == 0 ? 0 : l->edge[edge_slot(l, (uint64_t)node << 32 | token)].node);
}

static uint32_t
step_new(struct mg_lexicon *l, uint32_t node, uint32_t token)
{
	uint64_t key = (uint64_t)node << 32 | token;
	uint32_t to = asks_step(l, node, token);
	struct asks_edge *old = l->edge;
	size_t cap = l->capedge;

	if (to != 0)
		return (to);
	if (2 * (l->nedge + 1) > cap) {
		l->capedge = cap == 0 ? 1024 : 2 * cap;
		l->edge = mg_calloc(l->capedge, sizeof(*l->edge));
		for (size_t i = 0; i < cap; i++)
			if (old[i].key != 0)
				l->edge[edge_slot(l, old[i].key)] = old[i];
		free(old);
	}
	l->node = mg_grow(l->node, l->nnode, &l->capnode, sizeof(*l->node));
	l->node[l->nnode] = (struct asks_node){ 0 };
	l->edge[edge_slot(l, key)] = (struct asks_edge){ key, (uint32_t)l->nnode };
	l->nedge++;
	return ((uint32_t)l->nnode++);
}

/* Reads the next token of a phrase: a word, stem*, <n>, <q>, <box> or a colon; 0 at the end. */
static uint32_t
token(struct mg_lexicon *l, const char *s, size_t len, size_t *pos)
{
	static const struct { const char *s; uint32_t id; } special[] = {
		{ "<n>", TOK_NUM }, { "<q>", TOK_QUOTE }, { "<box>", TOK_BOX }, { ":", TOK_COLON },
	};
	uint64_t h;

	while (*pos < len && s[*pos] == ' ')
		(*pos)++;
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		size_t n = strlen(special[i].s);
		if (len - *pos >= n && memcmp(s + *pos, special[i].s, n) == 0) {
			*pos += n;
			return (special[i].id);
		}
	}
	if ((h = asks_word(s, len, pos)) == 0)
		return (0);
	if (*pos < len && s[*pos] == '*') {
		(*pos)++;
		h &= ~UINT64_C(1);
		/* a stem is found by any word whose prefix sets this bit, odd or even */
		l->words.stembits[h >> 54] |= UINT64_C(1) << (h >> 48 & 63);
	}
	return (id_of(&l->words, h, &l->nids));
}

static int
phrase(struct reader *r, unsigned class, const char *s, size_t len)
{
	struct mg_lexicon *l = r->l;
	uint32_t node = 0, t;
	struct asks_head head = { .class = (uint16_t)class };
	unsigned n = 0;
	size_t pos = 0;

	while ((t = token(l, s, len, &pos)) != 0) {
		if (n < 4)
			head.word[n++] = t;
		node = step_new(l, node, t);
	}
	if (node == 0)
		return (mg_fail(r->e, MG_DATA, "%s:%u: an empty phrase", r->name, r->line));
	l->head = mg_grow(l->head, l->nhead, &l->caphead, sizeof(*l->head));
	l->head[l->nhead++] = head;
	l->ends = mg_grow(l->ends, l->nends, &l->capends, sizeof(*l->ends));
	l->ends[l->nends] = (struct asks_end){ (uint16_t)class, l->node[node].first };
	l->node[node].first = (uint32_t)++l->nends;
	return (0);
}

/* The class of that name (salted with its file); made where absent. 0: too many. */
static unsigned
class_of(struct reader *r, const char *name, size_t len, char sort)
{
	struct mg_lexicon *l = r->l;
	uint64_t h = asks_hash(name, len) ^ (sort == '@' ? r->salt : (uint64_t)'=' << 40);

	if (l->ncls == ASKS_CLASSES && asks_find(&l->classes, h) == NULL)
		return (0);
	return (id_of(&l->classes, h, &l->ncls));
}

/* "@name = phrase, phrase, ..." */
static int
read_class(struct reader *r, const char *s, const char *end)
{
	const char *eq = memchr(s, '=', (size_t)(end - s)), *c, *name = s + 1;
	size_t n = 0;
	unsigned class;

	if (eq == NULL)
		return (mg_fail(r->e, MG_DATA, "%s:%u: a class needs = and phrases", r->name, r->line));
	while (name + n < eq && name[n] != ' ')
		n++;
	if ((class = class_of(r, name, n, '@')) == 0)
		return (mg_fail(r->e, MG_DATA, "%s:%u: too many classes", r->name, r->line));
	r->l->cls[class].common |= (n == 6 && memcmp(name, "common", 6) == 0 ? 16 : 0) |
	    (n == 7 && memcmp(name, "english", 7) == 0 ? 64 : 0);
	for (s = eq + 1; s < end; s = c + 1) {
		if ((c = memchr(s, ',', (size_t)(end - s))) == NULL)
			c = end;
		if (phrase(r, class, s, (size_t)(c - s)) < 0)
			return (-1);
	}
	return (0);
}

/* One element of a rule, the word s; "[...]" makes it optional. */
static int
read_elem(struct reader *r, struct asks_rule *rule, const char *s, size_t n)
{
	struct asks_elem el = { 0 };
	unsigned before = r->l->ncls, class;

	if (rule->n == ASKS_ELEMS)
		return (mg_fail(r->e, MG_DATA, "%s:%u: a rule of more than %d elements", r->name, r->line,
		    ASKS_ELEMS));
	if (n > 2 && s[0] == '[' && s[n - 1] == ']') {
		el.opt = 1;
		s++;
		n -= 2;
	}
	if (n == 1 && strchr("^%$?", s[0]) != NULL)
		el.sort = s[0] == '^' ? E_START : s[0] == '%' ? E_CLAUSE : s[0] == '$' ? E_END : E_QUESTION;
	else if (n > 2 && s[0] == '.' && s[1] == '.') {
		el.sort = E_GAP;
		el.arg = (uint16_t)strtoul(s + 2, NULL, 10);
		if (el.arg == 0 || el.arg > 40)
			return (mg_fail(r->e, MG_DATA, "%s:%u: a gap is ..1 to ..40", r->name, r->line));
	} else {
		class = s[0] == '@' ? class_of(r, s + 1, n - 1, '@') : class_of(r, s, n, '=');
		if (class == 0)
			return (mg_fail(r->e, MG_DATA, "%s:%u: too many classes", r->name, r->line));
		if (s[0] == '@' && class == before)
			return (mg_fail(r->e, MG_DATA, "%s:%u: no class %.*s above this line", r->name, r->line,
			    (int)n, s));
		if (s[0] != '@' && class == before && phrase(r, class, s, n) < 0)
			return (-1);
		el.arg = (uint16_t)class;
	}
	rule->e[rule->n++] = el;
	return (0);
}

/* One alternative of a rule line. */
static int
read_rule(struct reader *r, struct asks_rule rule, const char *s, const char *end)
{
	struct mg_lexicon *l = r->l;
	const char *w;
	int words = 0;

	for (; s < end; s = w) {
		while (s < end && *s == ' ')
			s++;
		for (w = s; w < end && *w != ' '; w++)
			;
		if (w > s && read_elem(r, &rule, s, (size_t)(w - s)) < 0)
			return (-1);
	}
	for (unsigned i = 0; i < rule.n; i++)
		words |= rule.e[i].sort == E_CLASS && !rule.e[i].opt;
	if (!words)
		return (mg_fail(r->e, MG_DATA, "%s:%u: a rule needs a word that is not optional", r->name,
		    r->line));
	l->rule = mg_grow(l->rule, l->nrule, &l->caprule, sizeof(*l->rule));
	l->rule[l->nrule++] = rule;
	l->asking |= rule.type == R_ASK;
	return (0);
}

static uint16_t
kind_of(struct mg_lexicon *l, const char *s, size_t n)
{
	for (size_t i = 0; i < l->nkind; i++)
		if (strlen(l->kind[i]) == n && memcmp(l->kind[i], s, n) == 0)
			return ((uint16_t)i);
	l->kind = mg_grow(l->kind, l->nkind, &l->capkind, sizeof(*l->kind));
	l->kind[l->nkind] = mg_memdup(s, n);
	return ((uint16_t)l->nkind++);
}

static const struct { const char *name; uint8_t type; uint32_t what; } heads[] = {
	{ "ask", R_ASK, 0 }, { "task-letter", R_TASK, P_LETTER },
	{ "task-dialog", R_TASK, P_DIALOG }, { "task-questions", R_TASK, P_QUESTIONS },
	{ "task-text", R_TASK, P_TEXT }, { "task-phrase", R_TASK, P_PHRASE },
	{ "task-code", R_TASK, P_CODE }, { "task-explain", R_TASK, P_EXPLAIN },
	{ "task-data", R_TASK, P_DATA }, { "greet", R_LINE, L_GREET }, { "bye", R_LINE, L_BYE },
	{ "key", R_LINE, L_KEY }, { "task-other", R_TASK, P_OTHER }, { "task-write", R_TASK, P_WRITE },
	{ "task-work", R_TASK, P_WORK },
};

/* "ask KIND W/P: rule | rule", "task-letter: rule" */
static int
read_rules(struct reader *r, const char *s, const char *end)
{
	const char *colon = memchr(s, ':', (size_t)(end - s)), *w = s, *bar;
	struct asks_rule rule = { 0 };
	unsigned i, n = sizeof(heads) / sizeof(heads[0]);
	char *num;

	while (w < end && *w != ' ' && *w != ':')
		w++;
	for (i = 0; i < n; i++)
		if (strlen(heads[i].name) == (size_t)(w - s) && memcmp(heads[i].name, s, (size_t)(w - s)) == 0)
			break;
	if (i == n || colon == NULL)
		return (mg_fail(r->e, MG_DATA, "%s:%u: neither a class (@name = ...) nor a rule (ask KIND 80/0: ...)",
		    r->name, r->line));
	rule.type = heads[i].type;
	rule.what = heads[i].what;
	rule.foreign = strlen(r->name) < 2 || strcmp(r->name + strlen(r->name) - 2, "en") != 0;
	if (rule.type == R_ASK) {
		for (s = ++w; w < colon && *w != ' '; w++)
			;
		rule.kind = kind_of(r->l, s, (size_t)(w - s));
		rule.w = (uint8_t)strtoul(w, &num, 10);
		rule.p = *num == '/' ? (uint8_t)strtoul(num + 1, NULL, 10) : 0;
		if (rule.w == 0 || rule.w > 100 || rule.p > 100)
			return (mg_fail(r->e, MG_DATA, "%s:%u: a weight is 1 to 100", r->name, r->line));
	}
	for (s = colon + 1; s < end; s = bar + 1) {
		if ((bar = memchr(s, '|', (size_t)(end - s))) == NULL)
			bar = end;
		if (read_rule(r, rule, s, bar) < 0)
			return (-1);
	}
	return (0);
}

/* "@last 3": a mark of a sentence's place and its value; -1: none such. */
static int
mark_of(const char *s, const char *end)
{
	size_t n;

	for (int m = 0; m < M_COUNT; m++) {
		n = strlen(asks_mark_names[m]);
		if ((size_t)(end - s) > n + 2 && memcmp(s + 1, asks_mark_names[m], n) == 0 && s[n + 1] == ' ')
			return (m * ASKS_VALUES + (int)(strtoul(s + n + 2, NULL, 10) % ASKS_VALUES));
	}
	return (-1);
}

/* A whole number at *s, within most. */
static int
number(const char **s, const char *end, int most)
{
	int minus = **s == '-', n = 0;

	for (*s += minus || **s == '+'; *s < end && (unsigned)**s - '0' < 10u; ++*s)
		n = n < most ? 10 * n + **s - '0' : n;
	n = n > most ? most : n;
	return (minus ? -n : n);
}

/* "+41/-16 KIND: feature" */
static int
read_weight(struct reader *r, const char *s, const char *end)
{
	struct asks_weight one = { 0 };
	const char *colon = memchr(s, ':', (size_t)(end - s)), *k;
	unsigned n = 0, kind;
	int m = 0, w = number(&s, end, INT16_MAX);

	one.w[0] = (int8_t)(w > INT8_MAX ? INT8_MAX : w < -INT8_MAX ? -INT8_MAX : w);
	while (++n < W_COLUMNS && s + 1 < end && *s == '/') {
		s++;
		one.w[n] = (int8_t)number(&s, end, INT8_MAX);
	}
	if (colon == NULL || s > colon || (*s != ' ' && s != colon) || end - colon < 3)
		return (mg_fail(r->e, MG_DATA, "%s:%u: a weight is +N/N/N/N/N KIND: words", r->name, r->line));
	for (k = s; k < colon && *k == ' '; k++)
		;
	if (k < colon && (kind = kind_of(r->l, k, (size_t)(colon - k)) + 1) <= UINT8_MAX)
		one.kind = (uint8_t)kind;
	if (colon[2] == '@') {
		if ((m = mark_of(colon + 2, end)) < 0)
			return (mg_fail(r->e, MG_DATA, "%s:%u: no such mark", r->name, r->line));
		r->l->weights.mark[m] = (int16_t)w;
		return (0);
	}
	if ((one.hash = asks_feature_hash(colon + 2, (size_t)(end - colon - 2))) == 0)
		return (mg_fail(r->e, MG_DATA, "%s:%u: a weight without words", r->name, r->line));
	asks_weight_put(&r->l->weights, one);
	return (0);
}

int
mg_lexicon_add(struct mg_lexicon *l, const char *name, const char *text, size_t len, struct mg_err *e)
{
	struct reader r = { .l = l, .name = name, .e = e, .salt = (asks_hash(name, strlen(name)) & ~UINT64_C(0xff)) | '@' };
	const char *end = text + len, *nl, *s, *stop;

	for (s = text; s < end; s = nl + 1) {
		r.line++;
		if ((nl = memchr(s, '\n', (size_t)(end - s))) == NULL)
			nl = end;
		for (stop = nl; stop > s && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r'); stop--)
			;
		while (s < stop && (*s == ' ' || *s == '\t'))
			s++;
		if (s == stop || *s == '#')
			continue;
		if ((*s == '@' ? read_class(&r, s, stop) : *s == '+' || *s == '-' ? read_weight(&r, s, stop) :
		    read_rules(&r, s, stop)) < 0)
			return (-1);
	}
	return (0);
}

/* How rare a word is: its place in the @common lists; UINT16_MAX where it is in none. */
static uint16_t *
levels(const struct mg_lexicon *l)
{
	uint16_t *level = mg_malloc(l->nids * sizeof(*level));
	unsigned place = 0, class = 0;

	memset(level, 0xff, l->nids * sizeof(*level));
	for (size_t k = 0; k < l->nhead; k++) {
		const struct asks_head *h = &l->head[k];

		if (!(l->cls[h->class].common & 16))
			continue;
		place = h->class == class ? place + 1 : 0;
		class = h->class;
		if (place < level[h->word[0]])
			level[h->word[0]] = (uint16_t)place;
	}
	return (level);
}

/* The rarest of a phrase's words, as an index. */
static unsigned
rarest(const struct asks_head *h, const uint16_t *level)
{
	unsigned best = 0;

	for (unsigned i = 1; i < 4 && h->word[i] != 0; i++)
		if (level[h->word[i]] > level[h->word[best]])
			best = i;
	return (best);
}

/* The class the rule hangs on, the rarest it has, and the next rarest, 0 if it has
 * but one. */
static struct asks_ref
hang(const struct mg_lexicon *l, const struct asks_rule *r)
{
	struct asks_ref ref = { 0 };

	for (unsigned k = 0; k < r->n; k++) {
		uint16_t c = r->e[k].arg;

		if (r->e[k].sort != E_CLASS || r->e[k].opt || c == ref.key)
			continue;
		if (ref.key == 0 || l->cls[c].level > l->cls[ref.key].level) {
			ref.need = ref.key;
			ref.key = c;
		} else if (ref.need == 0 || l->cls[c].level > l->cls[ref.need].level)
			ref.need = c;
	}
	return (ref);
}

static int
by_key(const void *a, const void *b)
{
	const struct asks_ref *x = a, *y = b;

	return (x->key != y->key ? (x->key > y->key) - (x->key < y->key) : (x->rule > y->rule) - (x->rule < y->rule));
}

/* Sorts the rules by the class that each hangs on. */
static void
hang_all(struct mg_lexicon *l)
{
	l->ref = mg_calloc(l->nrule + 1, sizeof(*l->ref));
	for (size_t i = 0; i < l->nrule; i++) {
		l->ref[i] = hang(l, &l->rule[i]);
		l->ref[i].rule = (uint32_t)i;
		l->cls[l->ref[i].key].key |= l->rule[i].type == R_ASK ? ASKS_KEY_ASK : ASKS_KEY_OTHER;
	}
	qsort(l->ref, l->nrule, sizeof(*l->ref), by_key);
	for (size_t i = l->nrule; i-- > 0;) {
		l->cls[l->ref[i].key].ref = (uint32_t)i;
		l->cls[l->ref[i].key].nref++;
	}
}

void
mg_lexicon_ready(struct mg_lexicon *l)
{
	uint8_t *key = mg_calloc(l->nids, 1);
	uint16_t *level = levels(l);

	for (unsigned c = 0; c < l->ncls; c++)
		l->cls[c].level = UINT16_MAX;
	for (size_t k = 0; k < l->nhead; k++) {
		struct asks_cls *c = &l->cls[l->head[k].class];
		uint16_t rare = level[l->head[k].word[rarest(&l->head[k], level)]];

		if (rare < c->level)
			c->level = rare;
	}
	hang_all(l);
	/* a sentence is looked at only if it has the rarest word of a phrase of such a class */
	for (size_t k = 0; k < l->nhead; k++)
		if (l->cls[l->head[k].class].key)
			key[l->head[k].word[rarest(&l->head[k], level)]] |= l->cls[l->head[k].class].key;
	for (size_t i = 0; i < l->words.cap; i++)
		l->words.slot[i].key = l->words.slot[i].hash != 0 ? key[l->words.slot[i].id] : 0;
	l->root = mg_calloc(l->nids, sizeof(*l->root));
	for (uint32_t t = 1; t < l->nids; t++)
		l->root[t] = asks_step(l, 0, t);
	free(level);
	free(key);
}
