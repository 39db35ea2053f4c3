/* asks_task.c - what a task orders: a letter, a dialogue, code, a phrase, or work.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "coord/asks_task.h"

enum { ORDER = 800 };	/* bytes of a task that may order something; the rest is its material */

/* the kinds of product in which somebody else's questions stand */
#define PRODUCTS ((unsigned)(P_TEXT | P_LETTER | P_DIALOG | P_QUESTIONS))

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

struct asks_order
asks_task(const struct mg_lexicon *l, const char *task, size_t len, asks_task_fn *fn, void *arg)
{
	const char *para = len > 0 ? memmem(task, len, "\n\n", 2) : NULL;
	size_t head = para != NULL ? (size_t)(para - task) : len;
	struct asks_order o = { 0 };
	struct asks_sent sent;
	struct asks_scan scan;
	struct asks_found f;

	asks_block(&scan, task, 0, head > ORDER ? ORDER : head);
	o.len = len;
	while (asks_sentence(&scan, &l->words, &sent)) {
		if (sent.n > 0)
			fn(arg, &sent);
		if (!sent.key)
			continue;
		asks_match(l, &sent, &f);
		o.english |= f.english;
		/* mail, bot, post, text: other languages have these words too */
		o.what |= (f.english ? f.home : f.what) & ~(unsigned)L_ANY;
	}
	if ((o.what & (P_WRITE | P_CODE | P_LETTER | P_DIALOG | P_QUESTIONS | P_PHRASE)) == P_WRITE)
		o.what |= P_TEXT;
	if (o.what & P_WORK && material(task, len) == len)
		/* a text that the task speaks of and does not hold: nothing can come out of it */
		o.what &= ~(PRODUCTS | P_PHRASE);
	if (o.what & P_OTHER)		/* a text is worked on, not written */
		o.what &= ~PRODUCTS;
	o.material = len - material(task, len);
	o.given = o.what & P_PHRASE && o.material > 0;
	return (o);
}
