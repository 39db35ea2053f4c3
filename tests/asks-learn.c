/* asks-learn.c - learns the weights of the ask detector from labelled texts (make words).
 * SPDX-License-Identifier: MIT
 *
 * asks-learn [-o FOLDER] WORDS... -- SET...
 *
 * WORDS are the word lists without weights (share/autonomy/xx), SETs what asks-texts.h reads.
 *
 * The sets are dealt into groups, each is judged by what the others teach, and the figures printed are of those
 * unseen texts; the border between yes and no is put where they have the precision that is wanted, for English
 * texts and for the others.  With -o the weights that all sets teach are written to FOLDER.
 *
 * Logistic regression with L2.  What a task orders is learnt first, and told to the sentences of its answer. */
#include <math.h>
#include <stdint.h>

#include "asks-descent.h"
#include "asks-texts.h"
#include "coord/asks.h"
#include "coord/asks_weigh.h"

enum {
	MARKS = M_COUNT * ASKS_VALUES,	/* the first features */
	LANGS = 32, KINDS = 48,
	GROUPS = 5,
	ENGLISH = 0,			/* the first language */
	RARE = 6, RARE_OTHER = 3	/* texts that a feature needs, in English and in other languages */
};

/* L2, half of it times the square of every weight: by column, and of the marks. */
static const double strength[W_COLUMNS] = { 0.3, 2, 2, 4, 2 }, mark_strength = 1;
static const double ask_weight = 2;	/* of a sentence that asks, against one that does not */
static const double least = 0.05;	/* smaller weights are dropped */

#define PRECISION 0.92			/* wanted of unseen English texts; */
#define PRECISION_OTHER 0.85		/* of those in other languages, which have taught less */
#define OUTSTANDING 0.45		/* the part of a feature's requests that makes it tell of a kind */

struct feature {
	uint64_t	 key;		/* hash << 3 | column */
	char		*text;
	unsigned	 texts, last;	/* how many have it; the last one that did */
	unsigned	 lang[LANGS], kind[KINDS];
	int		 counts;
	double		 w;
};

/* y -1: nobody said.  In use stand n features of the sentence and of what the one before says, and elsewhere
 * nback of what the one behind says; the first nhere of the n are its words, of which share counts. */
struct sample { size_t at, back; unsigned n, nhere, nback; int y; unsigned text; double share; };
struct text { int asks; unsigned set, lang; size_t task; unsigned ntask; int order; double z; };

static struct feature *feature;
static size_t nfeature, capfeature;
static uint32_t *table;			/* by key: index into feature, plus 1 */
static size_t captable;
static uint32_t *use;			/* features of all samples, one behind the other */
static size_t nuse, capuse;
/* The sentences; and the tasks of which is known whether they order words for somebody else. */
static struct samples { struct sample *v; size_t n, cap; } sentences, orders;
static struct text *text;
static size_t ntext, captext;
static char *lang_name[LANGS], *kind_name[KINDS];
static unsigned nlang, nkind, kind_texts[KINDS];

static unsigned
name_of(char **names, unsigned *n, unsigned most, const char *s, size_t len)
{
	for (unsigned i = 0; i < *n; i++)
		if (strlen(names[i]) == len && memcmp(names[i], s, len) == 0)
			return (i);
	if (*n == most)
		mg_quit(MG_DATA, "too many names: %.*s", (int)len, s);
	names[*n] = mg_memdup(s, len);
	return ((*n)++);
}

static size_t
slot(uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

	while (table[i & (captable - 1)] != 0 && feature[table[i & (captable - 1)] - 1].key != key)
		i++;
	return (i & (captable - 1));
}

static void
widen(void)
{
	free(table);
	captable = captable == 0 ? 1 << 16 : 2 * captable;
	table = mg_calloc(captable, sizeof(*table));
	for (size_t i = MARKS; i < nfeature; i++)
		table[slot(feature[i].key)] = (uint32_t)i + 1;
}

static uint32_t
feature_of(uint64_t key)
{
	size_t i;

	if (2 * (nfeature + 1) > captable)
		widen();
	i = slot(key);
	if (table[i] == 0) {
		feature = mg_grow(feature, nfeature, &capfeature, sizeof(*feature));
		memset(&feature[nfeature], 0, sizeof(*feature));
		feature[nfeature].key = key;
		table[i] = (uint32_t)++nfeature;
	}
	return (table[i] - 1);
}

/* What is being read. */
struct reading {
	struct asks_text t;
	unsigned	 lang, kind;
	enum asks_column column;		/* of the task's words */
	uint32_t	 before[ASKS_FEATURES];	/* of the sentence before, for W_NEXT */
	unsigned	 nbefore;
};

static void
put(uint32_t id, const struct reading *r)
{
	struct feature *f = &feature[id];

	use = mg_grow(use, nuse, &capuse, sizeof(*use));
	use[nuse++] = id;
	if (f->last != ntext + 1) {	/* no feature is met in both looks */
		f->last = (unsigned)ntext + 1;
		f->texts++;
		f->lang[r->lang]++;
	}
}

/* The feature f of a sentence of from, in a column. */
static uint32_t
named(const struct asks_sent *s, const struct asks_feature *f, const char *from, enum asks_column c)
{
	uint32_t id = feature_of((uint64_t)f->hash << 3 | c);
	char spelt[512];

	if (feature[id].text == NULL) {
		asks_spell(s, f, from, spelt, sizeof(spelt));
		feature[id].text = mg_strdup(spelt);
	}
	return (id);
}

/* Is most of a sentence in what is marked, or most of that in the sentence? */
static int
is_marked(const struct asks_text *t, const struct asks_sent *s)
{
	for (unsigned i = 0; i < t->nspan; i++) {
		size_t a = s->start > t->span[i].start ? s->start : t->span[i].start;
		size_t z = s->end < t->span[i].end ? s->end : t->span[i].end;

		if (z > a && (3 * (z - a) > s->end - s->start || 3 * (z - a) > t->span[i].end - t->span[i].start))
			return (1);
	}
	return (0);
}

static void
add(struct samples *l, struct sample s)
{
	l->v = mg_grow(l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = s;
}

static void
one_sentence(void *arg, const struct asks_seen *o)
{
	struct reading *r = arg;
	struct asks_feature f[ASKS_FEATURES];
	unsigned n = asks_features(o->sent, f);
	struct sample s = { .at = nuse, .y = !r->t.asks ? 0 : r->t.nspan == 0 ? -1 : is_marked(&r->t, o->sent),
		.text = (unsigned)ntext, .share = o->voice == V_OTHER ? ASKS_OTHERS_WORDS : 1 };

	for (unsigned i = 0; i < n; i++) {
		uint32_t id = named(o->sent, &f[i], r->t.final, W_HERE);

		put(id, r);
		feature[id].kind[r->kind] += s.y == 1;
	}
	s.nhere = n;
	for (unsigned i = 0; i < o->nmark; i++)
		put(o->mark[i], r);
	for (unsigned i = 0; i < r->nbefore; i++)
		put(r->before[i], r);
	s.n = (unsigned)(nuse - s.at);
	if (r->nbefore > 0) {	/* of the same text */
		sentences.v[sentences.n - 1].back = nuse;
		sentences.v[sentences.n - 1].nback = n;
		for (unsigned i = 0; i < n; i++)
			put(named(o->sent, &f[i], r->t.final, W_BACK), r);
	}
	for (r->nbefore = 0; r->nbefore < n; r->nbefore++)
		r->before[r->nbefore] = named(o->sent, &f[r->nbefore], r->t.final, W_NEXT);
	add(&sentences, s);
}

static void
task_sentence(void *arg, const struct asks_sent *s)
{
	struct reading *r = arg;
	struct asks_feature f[ASKS_FEATURES];

	for (unsigned i = 0, n = asks_features(s, f); i < n; i++)
		put(named(s, &f[i], r->t.task, r->column), r);
}

/* 1: the false texts of this kind are words for somebody else, 0: they are not, -1: who knows. */
static int
is_foreign(const struct asks_text *t)
{
	static const char *const kinds[] = { "draft-message", "survey-interview", "ux-chatbot", "code-prompts-user", "faq", "quiz",
		"quoted-dialogue", "socratic", "rhetorical", "legal", "template" };

	if (t->asks || (t->kindlen == 10 && memcmp(t->kind, "very-short", 10) == 0))
		return (-1);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i]) == t->kindlen && memcmp(kinds[i], t->kind, t->kindlen) == 0)
			return (1);
	return (0);
}

/* The first time: what a task's words say of its order. */
static void
first_look(const struct mg_lexicon *l, struct reading *r, unsigned set)
{
	struct text t = { .asks = r->t.asks, .set = set, .lang = r->lang, .task = nuse };

	r->column = W_ORDER;
	asks_task(l, r->t.task, r->t.tasklen, task_sentence, r);
	t.ntask = (unsigned)(nuse - t.task);
	add(&orders, (struct sample){ .y = is_foreign(&r->t), .text = (unsigned)ntext });
	text = mg_grow(text, ntext, &captext, sizeof(*text));
	text[ntext++] = t;
}

/* The second time, when that is learnt: everything else. */
static void
second_look(const struct mg_lexicon *l, struct reading *r)
{
	struct text *t = &text[ntext];
	struct asks_order order;

	r->nbefore = 0;
	r->column = W_TASK;
	kind_texts[r->kind] += (unsigned)t->asks;
	t->task = nuse;
	order = asks_task(l, r->t.task, r->t.tasklen, task_sentence, r);
	t->ntask = (unsigned)(nuse - t->task);
	order.foreign = t->order;
	asks_read(l, &order, r->t.final, r->t.finallen, one_sentence, r);
	ntext++;
}

static void
read_set(const struct mg_lexicon *l, const char *path, unsigned set, int look)
{
	struct reading r;
	size_t len;
	char *all = asks_slurp(path, &len), *s = all;

	while (s != NULL) {
		s = asks_text_read(&r.t, s, path);
		r.kind = name_of(kind_name, &nkind, KINDS, r.t.kind, r.t.kindlen);
		r.lang = name_of(lang_name, &nlang, LANGS, r.t.lang, 2);
		if (look == 1)
			first_look(l, &r, set);
		else
			second_look(l, &r);
	}
	free(all);
}

/* --- learning --- */

static unsigned
lang_of(const struct feature *f)
{
	unsigned best = 0;

	for (unsigned i = 1; i < nlang; i++)
		if (f->lang[i] > f->lang[best])
			best = i;
	return (best);
}

static int
counts(uint32_t id)
{
	return (id < MARKS || feature[id].texts >= (lang_of(&feature[id]) == ENGLISH ? RARE : RARE_OTHER));
}

static double
sum_of(const struct sample *s, const double *w)
{
	const struct text *t = &text[s->text];
	double z = 0;

	for (unsigned i = 0; i < s->nhere; i++)
		z += w[use[s->at + i]];
	z *= s->share;
	for (unsigned i = s->nhere; i < s->n; i++)
		z += w[use[s->at + i]];
	for (unsigned i = 0; i < s->nback; i++)
		z += w[use[s->back + i]];
	for (unsigned i = 0; i < t->ntask; i++)
		z += w[use[t->task + i]];
	return (z);
}

/* The loss of w over the samples of all groups but hold, and its gradient. */
static double
loss(const struct samples *l, const double *w, double *g, int hold)
{
	double f = 0;

	for (size_t i = 0; i < nfeature; i++) {
		double l2 = i < MARKS ? mark_strength : strength[feature[i].key & 7];

		g[i] = l2 * w[i];
		f += 0.5 * l2 * w[i] * w[i];
	}
	for (size_t k = 0; k < l->n; k++) {
		const struct sample *s = &l->v[k];
		const struct text *t = &text[s->text];
		double z, c, d;

		if (s->y < 0 || (int)(t->set % GROUPS) == hold)
			continue;
		z = sum_of(s, w);
		c = s->y == 1 ? ask_weight : 1;
		f += c * (z > 0 ? z * (1 - s->y) + log1p(exp(-z)) : -z * s->y + log1p(exp(z)));
		d = c * (1 / (1 + exp(-z)) - s->y);
		for (unsigned i = 0; i < s->n; i++)
			g[use[s->at + i]] += i < s->nhere ? d * s->share : d;
		for (unsigned i = 0; i < s->nback; i++)
			g[use[s->back + i]] += d;
		for (unsigned i = 0; i < t->ntask; i++)
			g[use[t->task + i]] += d;
	}
	for (size_t i = 0; i < nfeature; i++)
		if (!feature[i].counts)
			g[i] = 0;
	return (f);
}

struct lesson { const struct samples *samples; int hold; };

static double
lesson_loss(void *arg, const double *w, double *g)
{
	const struct lesson *l = arg;

	return (loss(l->samples, w, g, l->hold));
}

/* Learns w from the samples of all groups but hold (-1: none). */
static void
learn(const struct samples *samples, double *w, int hold)
{
	struct lesson l = { samples, hold };

	memset(w, 0, nfeature * sizeof(*w));
	descend(w, nfeature, lesson_loss, &l);
	for (size_t i = 0; i < nfeature; i++)	/* as they will be written */
		w[i] = i >= MARKS && fabs(w[i]) < least ? 0 : round(w[i] * ASKS_UNIT) / ASKS_UNIT;
}

/* Judges the texts of a group by w. */
static void
judge(const double *w, unsigned group)
{
	for (size_t i = 0; i < ntext; i++)
		if (text[i].set % GROUPS == group)
			text[i].z = -100;
	for (size_t k = 0; k < sentences.n; k++) {
		struct text *t = &text[sentences.v[k].text];

		if (t->set % GROUPS == group)
			t->z = fmax(t->z, sum_of(&sentences.v[k], w));
	}
}

struct figures { double p, r; };

enum { ALL = -1, IN_ENGLISH = -2, IN_OTHERS = -3 };

/* Precision and recall of the texts of a set, or of some of all sets, where the border lies at z. */
static struct figures
figures(int set, double z)
{
	unsigned tp = 0, fp = 0, fn = 0;

	for (size_t i = 0; i < ntext; i++)
		if (set == ALL || (int)text[i].set == set || (set == IN_ENGLISH && text[i].lang == ENGLISH) ||
		    (set == IN_OTHERS && text[i].lang != ENGLISH)) {
			tp += text[i].z > z && text[i].asks;
			fp += text[i].z > z && !text[i].asks;
			fn += text[i].z <= z && text[i].asks;
		}
	return ((struct figures){ tp + fp > 0 ? (double)tp / (tp + fp) : 1, tp + fn > 0 ? (double)tp / (tp + fn) : 1 });
}

/* The lowest border that gives some texts the precision that is wanted. */
static double
border(int which, double wanted)
{
	double z = -4;

	while (z < 4 && figures(which, z).p < wanted)
		z += 0.05;
	return (z);
}

/* --- writing --- */

/* Kinds that name a place, which words do not tell. */
static int
is_place(const char *kind)
{
	return (strcmp(kind, "mid-text") == 0 || strcmp(kind, "after-code") == 0);
}

/* The kind that most of a feature's requests are of, as if all kinds were equally frequent; "" where it does not stand out. */
static const char *
kind_of(const struct feature *f)
{
	double best = 0, sum = 0;
	const char *kind = "";

	for (unsigned k = 0; k < nkind; k++) {
		double n = is_place(kind_name[k]) ? 0 : (double)f->kind[k] / (kind_texts[k] + 10.0);

		sum += n;
		if (n > best) {
			best = n;
			kind = kind_name[k];
		}
	}
	return (best > OUTSTANDING * sum ? kind : "");
}

static int
by_text(const void *a, const void *b)
{
	const struct feature *x = &feature[*(const uint32_t *)a], *y = &feature[*(const uint32_t *)b];
	int c = strcmp(x->text, y->text);

	return (c != 0 ? c : (x->key > y->key) - (x->key < y->key));
}

static FILE *
create(const char *folder, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.weights", folder, name);
	if ((f = fopen(path, "w")) == NULL)
		mg_quit(MG_SYS, "%s: cannot be written", path);
	return (f);
}

/* Each text has one mark of its script, which takes the border with it. */
static double
shifted(unsigned mark, double english, double others)
{
	double shift = mark / ASKS_VALUES != M_SCRIPT ? 0 : mark % ASKS_VALUES < 2 ? english : others;

	return (feature[mark].w - shift);
}

static void
write_marks(const char *folder, double english, double others)
{
	FILE *f = create(folder, "place");

	fprintf(f, "# What its place says for and against a sentence, in 1/32 of a logarithm of odds: learnt, see README.\n");
	for (unsigned i = 0; i < MARKS; i++) {
		double w = shifted(i, english, others);

		if (fabs(w) * ASKS_UNIT >= 0.5)
			fprintf(f, "%+ld: @%s %u\n", lround(w * ASKS_UNIT), asks_mark_names[i / ASKS_VALUES], i % ASKS_VALUES);
	}
	if (fclose(f) != 0)
		mg_quit(MG_SYS, "place.weights: cannot be written");
}

/* The columns of one feature as a line. */
static void
write_line(FILE *f, const uint32_t *id, size_t n)
{
	double w[W_COLUMNS] = { 0 };
	unsigned last = 0;

	for (size_t i = 0; i < n; i++)
		w[feature[id[i]].key & 7] = feature[id[i]].w;
	for (unsigned c = 0; c < W_COLUMNS; c++)
		if (fabs(w[c]) * ASKS_UNIT >= 0.5)
			last = c;
	if (last == 0 && fabs(w[0]) * ASKS_UNIT < 0.5)
		return;
	for (unsigned c = 0; c <= last; c++)
		fprintf(f, c == 0 ? "%+ld" : "/%ld", lround(w[c] * ASKS_UNIT));
	if (w[0] > 0.1 && (feature[id[0]].key & 7) == W_HERE && *kind_of(&feature[id[0]]) != '\0')
		fprintf(f, " %s", kind_of(&feature[id[0]]));
	fprintf(f, ": %s\n", feature[id[0]].text);
}

static void
write_words(const char *folder, const uint32_t *id, size_t n, unsigned lang)
{
	FILE *f = create(folder, lang_name[lang]);
	size_t k;

	fprintf(f, "# What words say for and against a request, in 1/32 of a logarithm of odds: learnt, see README.\n");
	for (size_t i = 0; i < n; i = k) {
		unsigned l = lang_of(&feature[id[i]]);

		for (k = i + 1; k < n && feature[id[k]].key >> 3 == feature[id[i]].key >> 3; k++)
			;
		if (l == lang)
			write_line(f, id + i, k - i);
	}
	if (fclose(f) != 0)
		mg_quit(MG_SYS, "%s.weights: cannot be written", lang_name[lang]);
}

static void
write_all(const char *folder, double english, double others)
{
	uint32_t *id = mg_calloc(nfeature, sizeof(*id));
	size_t n = 0;

	for (size_t i = MARKS; i < nfeature; i++)
		if (fabs(feature[i].w) * ASKS_UNIT >= 0.5)
			id[n++] = (uint32_t)i;
	qsort(id, n, sizeof(*id), by_text);
	write_marks(folder, english, others);
	for (unsigned l = 0; l < nlang; l++)
		write_words(folder, id, n, l);
	free(id);
}

static void
count_all(void)
{
	for (size_t i = 0; i < nfeature; i++)
		feature[i].counts = counts((uint32_t)i);
}

/* What all tasks say of their orders; and what each says to those who have not seen it. */
static void
learn_orders(void)
{
	double *w = mg_calloc(nfeature, sizeof(*w));

	for (unsigned g = 0; g < GROUPS; g++) {
		learn(&orders, w, (int)g);
		for (size_t i = 0; i < ntext; i++)
			if (text[i].set % GROUPS == g)
				text[i].order = (int)lround(sum_of(&orders.v[i], w) * ASKS_UNIT);
	}
	learn(&orders, w, -1);
	for (size_t i = 0; i < nfeature; i++)
		feature[i].w = w[i];
	free(w);
}

static void
read_all(const char *const *words, int nwords, char **sets, int nsets)
{
	struct mg_lexicon *l = mg_lexicon_new();
	struct mg_err e;
	size_t len;
	char *s;

	for (int i = 0; i < nwords; i++) {
		s = asks_slurp(words[i], &len);
		if (mg_lexicon_add(l, words[i], s, len, &e) < 0)
			mg_die(&e);
		free(s);
	}
	mg_lexicon_ready(l);
	name_of(lang_name, &nlang, LANGS, "en", 2);
	feature = mg_calloc(MARKS, sizeof(*feature));
	nfeature = capfeature = MARKS;
	for (int i = 0; i < nsets; i++)
		read_set(l, sets[i], (unsigned)i, 1);
	count_all();
	learn_orders();
	ntext = 0;
	for (int i = 0; i < nsets; i++)
		read_set(l, sets[i], (unsigned)i, 2);
	count_all();
	mg_lexicon_free(l);
}

/* The language of a set's first text. */
static unsigned
text_lang(int set)
{
	size_t i = 0;

	while (i < ntext && (int)text[i].set != set)
		i++;
	return (i < ntext ? text[i].lang : ENGLISH);
}

static void
report(const char *name, int which, double z)
{
	struct figures f = figures(which, z);

	printf("%s, unseen: precision %.3f, recall %.3f\n", name, f.p, f.r);
}

int
main(int argc, char **argv)
{
	const char *folder = NULL;
	int i = 1, words, sets;
	double *w, english, others;

	if (argc > 2 && strcmp(argv[1], "-o") == 0) {
		folder = argv[2];
		i = 3;
	}
	for (words = i; i < argc && strcmp(argv[i], "--") != 0; i++)
		;
	if ((sets = i + 1) >= argc)
		mg_quit(MG_USAGE, "usage: asks-learn [-o FOLDER] WORDS... -- SET...");
	if (argc - sets < GROUPS)
		mg_quit(MG_USAGE, "at least %d sets are needed: each is judged by what others teach", GROUPS);
	read_all((const char *const *)argv + words, i - words, argv + sets, argc - sets);
	printf("%zu texts, %zu sentences, %zu features\n", ntext, sentences.n, nfeature);
	w = mg_calloc(nfeature, sizeof(*w));
	for (unsigned g = 0; g < GROUPS; g++) {
		learn(&sentences, w, (int)g);
		judge(w, g);
	}
	english = border(IN_ENGLISH, PRECISION);
	others = border(IN_OTHERS, PRECISION_OTHER);
	report("English", IN_ENGLISH, english);
	report("other languages", IN_OTHERS, others);
	for (i = sets; i < argc; i++)
		report(argv[i], i - sets, text_lang(i - sets) == ENGLISH ? english : others);
	if (folder != NULL) {
		learn(&sentences, w, -1);
		for (size_t k = 0; k < nfeature; k++)
			if (k < MARKS || (feature[k].key & 7) != W_ORDER)	/* learnt before */
				feature[k].w = w[k];
		write_all(folder, english, others);
	}
	free(w);
	return (0);
}
