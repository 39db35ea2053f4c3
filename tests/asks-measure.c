/* asks-measure.c - precision, recall and speed of the ask detector.
 * SPDX-License-Identifier: MIT
 *
 * asks-measure [-v] P R WORDS... -- SET...  judges labelled sets (asks-texts.h)
 * asks-measure -x WORDS...                  hostile inputs: must come back, in time linear in them
 * Exit 1: a set has less than precision P or recall R, or a hostile input failed. */
#include <time.h>

#include "asks-texts.h"
#include "coord/asks.h"

struct tally { unsigned tp, fp, fn, tn, places, kinds; };

static void
one(const struct mg_lexicon *l, const struct asks_text *x, int verbose, struct tally *t)
{
	struct mg_asks a;

	mg_asks_judge(l, x->task, x->tasklen, x->final, x->finallen, &a);
	*(a.asks ? x->asks ? &t->tp : &t->fp : x->asks ? &t->fn : &t->tn) += 1;
	t->kinds += a.asks && x->asks && strlen(a.kind) == x->kindlen && memcmp(a.kind, x->kind, x->kindlen) == 0;
	for (unsigned i = 0; a.asks && i < x->nspan; i++)
		if (a.start < x->span[i].end && x->span[i].start < a.end) {
			t->places++;
			break;
		}
	if (verbose && a.asks != x->asks)
		printf("%s: %.*s: %s: %.*s\n", x->asks ? "missed" : "wrong", (int)strcspn(x->task, "\n"), x->task, a.why,
		    (int)(a.end - a.start), x->final + a.start);
}

static int
set(const struct mg_lexicon *l, const char *path, int verbose, double least_p, double least_r)
{
	struct tally t = { 0 };
	struct asks_text x;
	size_t len;
	char *all = asks_slurp(path, &len), *s = all;
	double p, r;

	while (s != NULL) {
		s = asks_text_read(&x, s, path);
		one(l, &x, verbose, &t);
	}
	free(all);
	p = t.tp + t.fp > 0 ? (double)t.tp / (t.tp + t.fp) : 0;
	r = t.tp + t.fn > 0 ? (double)t.tp / (t.tp + t.fn) : 0;
	printf("%s: %u texts, precision %.3f, recall %.3f; of those found, the place of %.2f, the kind of %.2f\n", path,
	    t.tp + t.fp + t.fn + t.tn, p, r, t.tp > 0 ? (double)t.places / t.tp : 0, t.tp > 0 ? (double)t.kinds / t.tp : 0);
	return (p >= least_p && r >= least_r);
}

static double
timed(const struct mg_lexicon *l, const char *text, size_t len, struct mg_asks *a)
{
	struct timespec x, y;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &x);
	mg_asks_judge(l, "Explain the file.", 17, text, len, a);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &y);
	if (a->start > a->end || a->end > len)
		mg_quit(MG_DATA, "an excerpt outside of the text");
	return ((double)(y.tv_sec - x.tv_sec) + (double)(y.tv_nsec - x.tv_nsec) / 1e9);
}

/* Fills len bytes with repeats of s, n bytes long; s NULL: pseudo-random bytes. */
static char *
filled(const char *s, size_t n, size_t len)
{
	char *p = mg_malloc(len + 1);
	unsigned long long x = 88172645463325252ULL;

	for (size_t i = 0; i < len; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		p[i] = s != NULL ? s[i % n] : (char)x;
	}
	return (p);
}

/* Twice the input may take four times as long, not more, noise included. */
static int
hostile(const struct mg_lexicon *l, size_t size)
{
	static const struct { const char *name, *s; size_t n; } in[] = {
		{ "one word", "please ", 7 }, { "question marks", "? ", 2 }, { "asks", "Shall I send you the file, or tell me which you want? ", 54 },
		{ "open quotes", "\xe2\x80\x9c \xc2\xab \" ` \xe3\x80\x8c ", 16 }, { "nested quotes", "\"\xe2\x80\x9c(\"", 6 },
		{ "open fences", "```\n# please tell me\n", 21 }, { "brackets", "((([[[", 6 }, { "stars", "**", 2 },
		{ "NUL", "\0", 1 }, { "cut UTF-8", "\xf0\x9f\xe4", 3 }, { "newlines", "\n", 1 }, { "pipes", "|", 1 }, { "random", NULL, 0 },
		{ "gaps", "if you once you when you i i i you i'll please ", 47 }, { "one letter", "a", 1 }, { "Han", "\xe8\xaf\xb7", 3 },
	};
	int ok = 1;

	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		char *p = filled(in[i].s, in[i].n, size);
		struct mg_asks a;
		double half = timed(l, p, size / 2, &a), full = timed(l, p, size, &a);
		int linear = full < 4 * half + 0.05;

		printf("%s: %.1f MB/s%s\n", in[i].name, (double)size / 1e6 / full, linear ? "" : ", NOT LINEAR");
		ok &= linear;
		for (size_t n = 0; n < 64 && n < size; n++)
			(void)timed(l, p, n, &a);
		free(p);
	}
	return (ok);
}

int
main(int argc, char **argv)
{
	struct mg_lexicon *l = mg_lexicon_new();
	const char *size = getenv("ASKS_BYTES");
	int i = 1, verbose = 0, bad = 0, ok = 1;
	double p = 0, r = 0;
	struct mg_err e;
	size_t len;
	char *s;

	if (i < argc && strcmp(argv[i], "-v") == 0)
		verbose = i++;
	else if (i < argc && strcmp(argv[i], "-x") == 0)
		bad = i++;
	if (!bad && i + 1 < argc) {
		p = strtod(argv[i++], NULL);
		r = strtod(argv[i++], NULL);
	}
	for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
		s = asks_slurp(argv[i], &len);
		if (mg_lexicon_add(l, argv[i], s, len, &e) < 0)
			mg_die(&e);
		free(s);
	}
	mg_lexicon_ready(l);
	if (bad)
		ok = hostile(l, size != NULL ? strtoul(size, NULL, 10) : 50000000);
	for (i++; i < argc; i++)
		ok &= set(l, argv[i], verbose, p, r);
	mg_lexicon_free(l);
	return (ok ? 0 : 1);
}
