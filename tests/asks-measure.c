/* asks-measure.c - precision, recall and speed of the ask detector.
 * SPDX-License-Identifier: MIT
 *
 * asks-measure [-v] WORDS... -- SET...      judges labelled sets (NDJSON: id, task, final, asks, kind)
 * asks-measure -t FILE WORDS...             judges one text, prints MB/s
 * asks-measure -x WORDS...                  hostile inputs: must come back, in time linear in them
 * Exit 1: a set missed P 0.95 or R 0.90, or a hostile input failed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "coord/asks.h"
#include "rt/err.h"
#include "rt/mem.h"

struct tally { unsigned tp, fp, fn, tn; };

static char *
slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *p = NULL;
	size_t cap = 0, n;

	if (f == NULL)
		mg_quit(MG_SYS, "%s: cannot be opened", path);
	*len = 0;
	do {
		p = mg_realloc(p, cap += 1 << 20);
		n = fread(p + *len, 1, cap - *len - 1, f);
		*len += n;
		if (cap - *len < 4096)
			cap *= 2;
	} while (n > 0);
	p[*len] = '\0';
	fclose(f);
	return (p);
}

static unsigned
hex4(const char *s)
{
	char h[5] = { s[0], s[1], s[2], s[3], 0 };

	return ((unsigned)strtoul(h, NULL, 16));
}

static char *
utf8(char *o, unsigned c)
{
	if (c < 0x80)
		*o++ = (char)c;
	else if (c < 0x800) {
		*o++ = (char)(0xc0 | c >> 6);
		*o++ = (char)(0x80 | (c & 63));
	} else if (c < 0x10000) {
		*o++ = (char)(0xe0 | c >> 12);
		*o++ = (char)(0x80 | (c >> 6 & 63));
		*o++ = (char)(0x80 | (c & 63));
	} else {
		*o++ = (char)(0xf0 | c >> 18);
		*o++ = (char)(0x80 | (c >> 12 & 63));
		*o++ = (char)(0x80 | (c >> 6 & 63));
		*o++ = (char)(0x80 | (c & 63));
	}
	return (o);
}

/* The string value of a key in one line of our own sets, unescaped, allocated. */
static char *
field(const char *line, const char *key, size_t *len)
{
	static const char from[] = "nrtbf\"\\/", to[] = "\n\r\t\b\f\"\\/";
	char pat[32], *out, *o;
	const char *s, *hit;
	unsigned c;

	snprintf(pat, sizeof(pat), "\"%s\": \"", key);
	if ((s = strstr(line, pat)) == NULL)
		mg_quit(MG_DATA, "no field %s: %.60s", key, line);
	o = out = mg_malloc(strlen(s) + 1);
	for (s += strlen(pat); *s != '"' && *s != '\0'; s++) {
		if (*s != '\\') {
			*o++ = *s;
			continue;
		}
		if (*++s == 'u') {
			c = hex4(s + 1);
			s += 4;
			if (c >= 0xd800 && c < 0xdc00) {
				c = 0x10000 + ((c - 0xd800) << 10) + (hex4(s + 3) - 0xdc00);
				s += 6;
			}
			o = utf8(o, c);
		} else if ((hit = strchr(from, *s)) != NULL)
			*o++ = to[hit - from];
	}
	*len = (size_t)(o - out);
	*o = '\0';
	return (out);
}

static void
one(const struct mg_lexicon *l, const char *line, int verbose, struct tally *t)
{
	size_t tl, fl, il;
	char *task = field(line, "task", &tl), *text = field(line, "final", &fl), *id = field(line, "id", &il);
	int want = strstr(line, "\"asks\": true") != NULL;
	struct mg_asks a;

	mg_asks_judge(l, task, tl, text, fl, &a);
	*(a.asks ? want ? &t->tp : &t->fp : want ? &t->fn : &t->tn) += 1;
	if (verbose && a.asks != want)
		printf("%s %s: %s: %.*s\n", want ? "missed" : "wrong", id, a.why, (int)(a.end - a.start), text + a.start);
	free(task);
	free(text);
	free(id);
}

static int
set(const struct mg_lexicon *l, const char *path, int verbose)
{
	struct tally t = { 0 };
	size_t len;
	char *text = slurp(path, &len), *line = text, *nl;
	double p, r;

	for (; (nl = strchr(line, '\n')) != NULL; line = nl + 1) {
		*nl = '\0';
		one(l, line, verbose, &t);
	}
	free(text);
	p = t.tp + t.fp > 0 ? (double)t.tp / (t.tp + t.fp) : 0;
	r = t.tp + t.fn > 0 ? (double)t.tp / (t.tp + t.fn) : 0;
	printf("%s: %u texts, precision %.3f, recall %.3f\n", path, t.tp + t.fp + t.fn + t.tn, p, r);
	return (p >= 0.95 && r >= 0.90);
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
	const char *file = NULL, *size = getenv("ASKS_BYTES");
	int i = 1, verbose = 0, bad = 0, ok = 1;
	struct mg_err e;
	struct mg_asks a;
	size_t len;
	char *p;

	if (i < argc && strcmp(argv[i], "-v") == 0)
		verbose = i++;
	else if (i < argc && strcmp(argv[i], "-x") == 0)
		bad = i++;
	else if (i + 1 < argc && strcmp(argv[i], "-t") == 0)
		file = argv[i + 1], i += 2;
	for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
		p = slurp(argv[i], &len);
		if (mg_lexicon_add(l, argv[i], p, len, &e) < 0)
			mg_die(&e);
		free(p);
	}
	mg_lexicon_ready(l);
	if (bad)
		ok = hostile(l, size != NULL ? strtoul(size, NULL, 10) : 50000000);
	if (file != NULL) {
		p = slurp(file, &len);
		printf("%.1f MB/s, %s\n", (double)len / 1e6 / timed(l, p, len, &a), a.why);
		free(p);
	}
	for (i++; i < argc; i++)
		ok &= set(l, argv[i], verbose);
	mg_lexicon_free(l);
	return (ok ? 0 : 1);
}
