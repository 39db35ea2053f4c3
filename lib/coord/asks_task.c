/* asks_task.c - what a task orders: a letter, a dialogue, code, a phrase, or work.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "coord/asks_task.h"

/* the kinds of product in which somebody else's questions stand */
#define PRODUCTS ((unsigned)(P_TEXT | P_LETTER | P_DIALOG | P_QUESTIONS))

/* A question mark before a closing quotation mark, within n bytes? */
static int
quoted_question(const char *t, size_t n)
{
	static const char *const after[] = { "?\"", "?\xe2\x80\x9d", "?\xc2\xbb", " ?\xc2\xa0\xc2\xbb", "? \xc2\xbb", "?'",
	    "\xef\xbc\x9f\xe3\x80\x8d", "\xef\xbc\x9f\xe2\x80\x9d", "?\xe2\x80\x9c", "\xd8\x9f\xc2\xbb", "\xd8\x9f\"" };

	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		if (memmem(t, n, after[i], strlen(after[i])) != NULL)
			return (1);
	return (0);
}

/* Where the task's own material begins: a quotation, or what is behind its first line
 * or colon; len where it has none. */
static size_t
material(const char *task, size_t len)
{
	size_t q = 0;

	while (q < len && task[q] != '"' && task[q] != '\n' && task[q] != ':' && (unsigned char)task[q] != 0xe2 &&
	    (unsigned char)task[q] != 0xab && !(q + 1 < len && memcmp(task + q, "\xc2\xab", 2) == 0) &&
	    !(q + 3 <= len && memcmp(task + q, "\xe3\x80\x8c", 3) == 0))
		q++;
	return (q);
}

/* Does the task hold a request in its material? */
static int
quotes_a_request(const struct mg_lexicon *l, const char *task, size_t len)
{
	struct asks_sent sent;
	struct asks_scan scan;
	struct asks_found f;
	size_t q = material(task, len);

	if (quoted_question(task, len) ||
	    (q < len && (task[q] == ':' || task[q] == '\n') && memchr(task + q, '?', len - q) != NULL))
		return (1);
	asks_block(&scan, task, q, len);
	scan.raw = 1;
	while (asks_sentence(&scan, &l->words, &sent)) {
		asks_match(l, &sent, &f);
		if (f.ask != NULL && f.ask->w >= 50)
			return (1);
	}
	return (0);
}

unsigned
asks_task(const struct mg_lexicon *l, const char *task, size_t len, int *asked)
{
	const char *para = len > 0 ? memmem(task, len, "\n\n", 2) : NULL;
	size_t head = para != NULL ? (size_t)(para - task) : len;
	struct asks_sent sent;
	struct asks_scan scan;
	struct asks_found f;
	unsigned what = 0;

	asks_block(&scan, task, 0, head > 1500 ? 1500 : head);
	while (asks_sentence(&scan, &l->words, &sent)) {
		if (!sent.key)
			continue;
		asks_match(l, &sent, &f);
		/* mail, bot, post, text: other languages have these words too */
		what |= (f.english ? f.home : f.what) & ~(unsigned)L_ANY;
	}
	if ((what & (P_WRITE | P_CODE | P_LETTER | P_DIALOG | P_QUESTIONS | P_PHRASE)) == P_WRITE)
		what |= P_TEXT;
	if (what & P_WORK && material(task, len) == len)
		/* a text that the task speaks of and does not hold: nothing can come out of it */
		what &= ~(PRODUCTS | P_PHRASE);
	if (what & P_OTHER)		/* a text is worked on, not written */
		what &= ~PRODUCTS;
	*asked = what & P_PHRASE && quotes_a_request(l, task, len > 3000 ? 3000 : len);
	return (what);
}
