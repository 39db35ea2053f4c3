/* asks-texts.h - reads the labelled texts of the ask detector, for the programs that learn and measure.
 * SPDX-License-Identifier: MIT
 *
 * A file of texts:
 *
 *     @@@ true KIND xx          or false; xx is the language
 *     the task
 *     @@
 *     the final, the words that ask between U+27E6 and U+27E7 */
#ifndef ASKS_TEXTS_H
#define ASKS_TEXTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/err.h"
#include "rt/mem.h"

enum { TEXT_SPANS = 64 };

struct asks_text {
	const char	*kind, *lang;		/* end at a blank or line end: see kindlen; lang has two letters */
	size_t		 kindlen;
	int		 asks;
	const char	*task, *final;
	size_t		 tasklen, finallen;
	struct { size_t start, end; } span[TEXT_SPANS];	/* of final: the words that ask */
	unsigned	 nspan;
};

/* A whole file with a NUL behind it. */
static char *
asks_slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *p = NULL;
	size_t cap = 0, n;

	if (f == NULL)
		mg_quit(MG_SYS, "%s: cannot be opened", path);
	*len = 0;
	do {
		p = mg_realloc(p, cap += 1 << 20);
		*len += n = fread(p + *len, 1, cap - *len - 1, f);
	} while (n > 0);
	p[*len] = '\0';
	fclose(f);
	return (p);
}

/* Takes the marks out of a final, in place; its new length. */
static size_t
asks_unmark(struct asks_text *t, char *s, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len; i++) {
		int mark = i + 2 < len && memcmp(s + i, "\xe2\x9f", 2) == 0 ? (unsigned char)s[i + 2] : 0;

		if (mark == 0xa6 && t->nspan < TEXT_SPANS)
			t->span[t->nspan++].start = to;
		else if (mark == 0xa7 && t->nspan > 0)
			t->span[t->nspan - 1].end = to;
		else {
			s[to++] = s[i];
			continue;
		}
		i += 2;
	}
	return (to);
}

/* Reads the text at s, which path holds, and changes it; the next one, or NULL. */
static char *
asks_text_read(struct asks_text *t, char *s, const char *path)
{
	char *head = strchr(s, '\n'), *middle, *next, *end;

	*t = (struct asks_text){ 0 };
	if (head == NULL || strncmp(s, "@@@ ", 4) != 0)
		mg_quit(MG_DATA, "%s: no head of a text: %.60s", path, s);
	t->asks = s[4] == 't';
	t->kind = s + 4 + strcspn(s + 4, " ") + 1;
	t->kindlen = strcspn(t->kind, " \n");
	t->lang = t->kind + t->kindlen + 1;
	middle = strstr(head, "\n@@\n");
	next = strstr(head, "\n@@@ ");
	if (middle == NULL || (next != NULL && next < middle) || t->lang + 2 > head)
		mg_quit(MG_DATA, "%s: no language, or no final: %.60s", path, s);
	t->task = head + 1;
	t->tasklen = (size_t)(middle - t->task);
	end = next != NULL ? next : middle + strlen(middle);
	while (end > middle + 4 && end[-1] == '\n')
		end--;
	t->final = middle + 4;
	t->finallen = asks_unmark(t, middle + 4, (size_t)(end - middle - 4));
	return (next != NULL ? next + 1 : NULL);
}

#endif
