/* asks_tok.c - text into sentences of tokens.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "coord/asks_tok.h"

#define SEED	UINT64_C(0x9e3779b97f4a7c15)
#define PRIME	UINT64_C(0xff51afd7ed558ccd)
#define QUOTE_MAX 4000		/* a quotation that is longer is none */

/* what a character is */
enum { C_SEP, C_WORD, C_SINGLE, C_DIGIT, C_SKIP, C_STOP, C_QUESTION, C_CLAUSE, C_COLON, C_APOS, C_OPEN };

/* FNV-1a over characters, with a prime that fills the upper half at once. */
static uint64_t
mix(uint64_t h, uint32_t c)
{
	return ((h ^ c) * PRIME);
}

static int
letter(unsigned c)
{
	return ((c | 0x20) - 'a' < 26u);
}

static int
digit(unsigned c)
{
	return (c - '0' < 10u);
}

uint64_t
asks_hash(const char *word, size_t len)
{
	uint64_t h = SEED;

	for (size_t i = 0; i < len; i++)
		h = mix(h, (unsigned char)word[i]);
	return (h | 1);
}

/* One character at p; *n its bytes.  What is no UTF-8 is a separator of one byte. */
static uint32_t
decode(const unsigned char *p, size_t left, unsigned *n)
{
	uint32_t c = p[0];
	unsigned want = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc2 ? 1 : 0;

	*n = 1;
	if (c < 0x80)
		return (c);
	if (want == 0 || c > 0xf4 || left <= want)
		return (0);
	c &= 0x3fU >> want;
	for (unsigned i = 1; i <= want; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return (0);
		c = c << 6 | (p[i] & 0x3fU);
	}
	*n = want + 1;
	return (c);
}

/* U+00C0 to U+017F without accent; '*' stands for no letter. */
static const char latin[] =
    "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* The sort of each ASCII character, as a C_* above '0'. */
static const char ascii[] =
    "0000000000000000000000000000000005:00009770070573333333333870006"
    "01111111111111111111111111100000:1111111111111111111111111107000";

/* Punctuation beyond ASCII. */
static int
mark(uint32_t c)
{
	switch (c) {
	case 0x2019: case 0x02bc: return (C_APOS);
	case 0x3002: case 0xff01: case 0x2026: case 0x0964: case 0x06d4: case 0xff61: return (C_STOP);
	case 0xff1f: case 0x061f: return (C_QUESTION);
	case 0xff0c: case 0x3001: case 0xff1b: case 0x060c: case 0x061b: case 0x2013: case 0x2014:
	case 0xff08: case 0xff09: case 0x00bf: return (C_CLAUSE);
	case 0xff1a: return (C_COLON);
	case 0x201c: case 0x201e: case 0x00ab: case 0x300c: case 0x300e: return (C_OPEN);
	case 0x00ad: case 0x200b: case 0x200c: case 0x200d: case 0xfe0f: return (C_SKIP);
	default: return (C_SEP);
	}
}

static int
arabic(uint32_t *c)
{
	uint32_t u = *c;

	if ((u >= 0x64b && u <= 0x65f) || u == 0x640 || u == 0x670)
		return (C_SKIP);
	if (u == 0x622 || u == 0x623 || u == 0x625)
		*c = 0x627;
	else if (u == 0x649)
		*c = 0x64a;
	else if (u == 0x629)
		*c = 0x647;
	if (u >= 0x660 && u <= 0x669)
		return (C_DIGIT);
	return (u >= 0x620 && u <= 0x6d3 ? C_SINGLE : mark(u));
}

/* Sorts a character and folds it in place. */
static int
sort(uint32_t *c)
{
	uint32_t u = *c;

	if (u < 0x80) {
		if (ascii[u] == '0' + C_WORD)
			*c = u | 0x20;
		return (ascii[u] - '0');
	}
	if (u >= 0xc0 && u <= 0x17f) {
		*c = (unsigned char)latin[u - 0xc0];
		return (*c == '*' ? C_SEP : C_WORD);
	}
	if (u >= 0x300 && u <= 0x36f)
		return (C_SKIP);
	if (u >= 0x370 && u <= 0x52f) {
		if (u >= 0x410 && u <= 0x42f)
			*c = u + 32;
		else if (u == 0x401 || u == 0x451)
			*c = 0x435;
		else if (u >= 0x402 && u <= 0x40f)
			*c = u + 80;
		return (C_WORD);
	}
	if (u >= 0x600 && u <= 0x6ff)
		return (arabic(c));
	if (u >= 0xff10 && u <= 0xff19)
		return (C_DIGIT);
	if ((u >= 0x3041 && u <= 0x30ff && u != 0x30fb) || (u >= 0x3400 && u <= 0x9fff) ||
	    (u >= 0xac00 && u <= 0xd7a3) || (u >= 0x900 && u <= 0x963) || (u >= 0x5d0 && u <= 0x5ea) ||
	    (u >= 0xe01 && u <= 0xe4e))
		return (C_SINGLE);
	return (mark(u));
}

const struct asks_word *
asks_find(const struct asks_words *w, uint64_t hash)
{
	size_t i;

	if (w->cap == 0)
		return (NULL);
	for (i = hash >> 20; w->slot[i & (w->cap - 1)].hash != 0; i++)
		if (w->slot[i & (w->cap - 1)].hash == hash)
			return (&w->slot[i & (w->cap - 1)]);
	return (NULL);
}

/* English contractions keep their apostrophe (i'll, don't, you'd); elsewhere it
 * parts two words (j'attends, l'email). */
static int
contraction(const unsigned char *p, size_t left)
{
	unsigned char a = left > 0 ? p[0] | 0x20 : 0, b = left > 1 ? p[1] | 0x20 : 0;
	unsigned char c = left > 2 ? p[2] : 0;
	int end2 = !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c < 0x80;
	int end1 = !(b >= 'a' && b <= 'z') && b < 0x80;

	if (end1 && (a == 's' || a == 't' || a == 'd' || a == 'm'))
		return (1);
	return (end2 && ((a == 'l' && b == 'l') || (a == 'v' && b == 'e') || (a == 'r' && b == 'e')));
}

struct word {
	uint64_t hash;
	uint64_t stems[2];	/* hashes of the two longest prefixes that may be stems of rules */
	uint64_t stem;		/* of the first ASKS_STEM letters; the word's own where it has no more */
};

/* The word or single character at *pos.  bits: which hashes are stems; NULL: none. */
static void
take(const char *s, size_t end, size_t *pos, const uint64_t *bits, struct word *w)
{
	const unsigned char *p = (const unsigned char *)s;
	uint64_t h = SEED;
	size_t i = *pos;
	unsigned n, letters = 0;

	*w = (struct word){ 0 };
	for (; i < end; i += n) {
		uint32_t c = p[i];
		int k = C_WORD, sharp = 0;

		n = 1;
		if (c < 0x80 && ascii[c] == '0' + C_WORD)	/* most are */
			c |= 0x20;
		else {
			c = decode(p + i, end - i, &n);
			sharp = c == 0xdf;	/* ss to those who lack it */
			k = sort(&c);
		}
		if (k == C_SINGLE && letters == 0) {
			i += n;
			h = mix(h, c);
		}
		if (k == C_APOS && letters > 0 && contraction(p + i + n, end - i - n))
			c = '\'';
		else if (k != C_WORD && k != C_SKIP && !(k == C_DIGIT && letters > 0))
			break;
		if (k == C_SKIP)
			continue;
		if (letters++ == ASKS_STEM)
			w->stem = h | 1;
		h = mix(sharp ? mix(h, c) : h, c);
		if (bits != NULL && letters >= 3 && (bits[h >> 54] >> (h >> 48 & 63) & 1)) {
			w->stems[1] = w->stems[0];
			w->stems[0] = h;
		}
	}
	*pos = i;
	w->hash = h | 1;
	if (w->stem == 0)
		w->stem = w->hash;
}

uint64_t
asks_word(const char *s, size_t len, size_t *pos)
{
	struct word w;
	unsigned n;

	while (*pos < len) {
		uint32_t c = decode((const unsigned char *)s + *pos, len - *pos, &n);
		int k = sort(&c);

		if (k == C_WORD || k == C_SINGLE) {
			take(s, len, pos, NULL, &w);
			return (w.hash);
		}
		*pos += n;
	}
	return (0);
}

uint32_t
asks_short(uint64_t hash)
{
	return ((uint32_t)(hash ^ hash >> 32));
}

static size_t
encode(uint32_t c, char *o)
{
	if (c < 0x80) {
		o[0] = (char)c;
		return (1);
	}
	if (c < 0x800) {
		o[0] = (char)(0xc0 | c >> 6);
		o[1] = (char)(0x80 | (c & 63));
		return (2);
	}
	o[0] = (char)(0xe0 | c >> 12);		/* no letter that we know lies beyond */
	o[1] = (char)(0x80 | (c >> 6 & 63));
	o[2] = (char)(0x80 | (c & 63));
	return (3);
}

size_t
asks_fold(const char *word, size_t len, size_t letters, char *out, size_t size)
{
	size_t i = 0, at = 0;
	unsigned n;

	for (; i < len && letters > 0 && at + 8 < size; i += n) {
		uint32_t c = decode((const unsigned char *)word + i, len - i, &n);
		int sharp = c == 0xdf, k = sort(&c);

		if (k == C_SKIP)
			continue;
		if (k == C_APOS)
			c = '\'';
		if (sharp)
			at += encode(c, out + at);
		at += encode(c, out + at);
		letters--;
	}
	out[at] = '\0';
	return (at);
}

void
asks_block(struct asks_scan *b, const char *text, size_t start, size_t end)
{
	b->text = text;
	b->pos = start;
	b->end = end;
	b->raw = 0;
	memset(b->none, 0, sizeof(b->none));
}

static const struct { uint32_t open; const char *close; } pairs[] = {
	{ '"', "\"" }, { '`', "`" }, { 0x201c, "\xe2\x80\x9d" }, { 0x201e, "\xe2\x80\x9c" },
	{ 0xab, "\xc2\xbb" }, { 0x300c, "\xe3\x80\x8d" }, { 0x300e, "\xe3\x80\x8f" },
};

/* The end of the quotation that opens at i with c, n bytes long; 0: it is none. */
static size_t
quoted(struct asks_scan *b, size_t i, uint32_t c, unsigned n)
{
	unsigned k, run = 1;
	size_t from, lim, len, skip;
	const char *hit;

	for (k = 0; k < sizeof(pairs) / sizeof(pairs[0]) && pairs[k].open != c; k++)
		;
	if (c == '"' && i > 0 && letter((unsigned char)b->text[i - 1]))
		return (0);		/* a closing mark, or inches */
	while (c == '`' && i + run < b->end && b->text[i + run] == '`')
		run++;
	from = i + (c == '`' ? run : n);
	lim = b->end - from > QUOTE_MAX ? from + QUOTE_MAX : b->end;
	len = strlen(pairs[k].close);
	skip = b->none[k] > from ? b->none[k] : from;	/* searched before, in vain */
	if (skip >= lim)
		return (0);
	hit = memmem(b->text + skip, lim - skip, pairs[k].close, len);
	if (hit == NULL && c == 0x201e)		/* the German low mark, closed by any high one */
		hit = memmem(b->text + skip, lim - skip, "\xe2\x80\x9d", 3);
	if (hit == NULL) {
		b->none[k] = lim - (len - 1);	/* a mark may lie across the limit */
		return (0);
	}
	from = (size_t)(hit - b->text) + len;
	while (c == '`' && from < b->end && b->text[from] == '`')
		from++;
	return (from);
}

/* Does the stop at i end a sentence?  Not in 3.5, file.txt, example.org. */
static int
ends(const char *s, size_t i, size_t end)
{
	unsigned char c = i + 1 < end ? (unsigned char)s[i + 1] : ' ';

	return (!(letter(c) || digit(c) || c == '/' || c == '='));
}

/* A token that is no word. */
static void
push(struct asks_sent *t, uint32_t id, int clause, size_t start, size_t end)
{
	t->words++;
	if (t->n < ASKS_TOKENS)
		t->t[t->n++] = (struct asks_tok){ .id = { id }, .hash = id, .stem = id, .clause = (uint8_t)clause,
		    .start = (uint32_t)start, .end = (uint32_t)end };
}

static void
push_word(struct asks_sent *t, const struct asks_words *known, const struct word *w, int clause, size_t start, size_t end)
{
	const struct asks_word *f;
	struct asks_tok *tok;
	unsigned k = 0;

	t->words++;
	if (t->n == ASKS_TOKENS)
		return;
	tok = &t->t[t->n++];
	*tok = (struct asks_tok){ .hash = asks_short(w->hash), .stem = asks_short(w->stem), .clause = (uint8_t)clause,
	    .start = (uint32_t)start, .end = (uint32_t)end };
	if (known == NULL)
		return;
	if ((f = asks_find(known, w->hash)) != NULL) {
		tok->id[k++] = f->id;
		t->key |= f->key;
	}
	for (unsigned j = 0; j < 2 && w->stems[j] != 0; j++)
		if ((f = asks_find(known, w->stems[j] & ~UINT64_C(1))) != NULL && k < ASKS_IDS) {
			tok->id[k++] = f->id;
			t->key |= f->key;
		}
}

/* Swallows what closes a sentence behind its stop: ) ] * _ " and further stops. */
static size_t
tail(struct asks_scan *b, size_t i, struct asks_sent *t)
{
	for (unsigned n; i < b->end; i += n) {
		uint32_t c = decode((const unsigned char *)b->text + i, b->end - i, &n);

		if (c == '?' || c == 0xff1f || c == 0x61f)
			t->question = 1;
		else if (c != ')' && c != ']' && c != '*' && c != '_' && c != '"' && c != '!' && c != '.' &&
		    c != 0x201d && c != 0xff09 && c != 0xbb && c != 0x300d && c != 0x2026 && c != 0xff01)
			break;
	}
	return (i);
}

static int
box(uint32_t c)
{
	return (c == 0x2610 || c == 0x25a1 || c == 0x25a2 || c == 0x2b1c);
}

/* Skips to the first character that may begin a sentence. */
static size_t
lead(struct asks_scan *b, struct asks_sent *t)
{
	size_t i = b->pos;

	for (unsigned n; i < b->end; i += n) {
		uint32_t c = decode((const unsigned char *)b->text + i, b->end - i, &n);
		uint32_t u = c;
		int k = sort(&u);

		if (c == '(' || c == '[' || c == 0xff08)
			t->bracket = 1;
		if (k == C_WORD || k == C_SINGLE || k == C_DIGIT || k == C_OPEN || k == C_QUESTION ||
		    box(c))
			break;
	}
	return (i);
}

int
asks_sentence(struct asks_scan *b, const struct asks_words *w, struct asks_sent *t)
{
	int clause = 1, done = 0;
	size_t i, q;
	unsigned n;

	t->n = t->words = 0;
	t->question = t->key = t->bracket = 0;
	i = t->start = lead(b, t);
	while (i < b->end && !done) {
		uint32_t c = (unsigned char)b->text[i];
		struct word word;

		n = 1;
		if (c >= 0x80)
			c = decode((const unsigned char *)b->text + i, b->end - i, &n);
		if (n > 1 && box(c)) {
			push(t, TOK_BOX, 1, i, i + n);
			i += n;
			continue;
		}
		switch (sort(&c)) {
		case C_WORD: case C_SINGLE:
			q = i;
			take(b->text, b->end, &i, w != NULL ? w->stembits : NULL, &word);
			push_word(t, w, &word, clause, q, i);
			clause = 0;
			continue;
		case C_DIGIT:
			while (i + n < b->end && digit((unsigned char)b->text[i + n]))
				n++;
			push(t, TOK_NUM, clause, i, i + n);
			clause = 0;
			break;
		case C_OPEN:
			if (b->raw)
				clause = 1;
			else if ((q = quoted(b, i, c, n)) > 0) {
				push(t, TOK_QUOTE, clause, i, q);
				i = q;
				n = clause = 0;
			}
			break;
		case C_COLON:
			if (t->n > 0)
				push(t, TOK_COLON, 0, i, i + n);
			/* FALLTHROUGH */
		case C_CLAUSE:
			clause = 1;
			break;
		case C_QUESTION:
			t->question = done = n > 1 || ends(b->text, i, b->end);
			break;
		case C_STOP:
			done = n > 1 || ends(b->text, i, b->end);
			break;
		default:
			/* a dash between spaces begins a clause */
			if (c == '-' && i > t->start && b->text[i - 1] == ' ')
				clause = 1;
		}
		i += n;
	}
	t->end = i;
	b->pos = tail(b, i, t);
	return (t->end > t->start);
}
