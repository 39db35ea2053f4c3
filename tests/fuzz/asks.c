/* asks.c - the ask detector: any word list, task and text, and what it learnt on any text.
 * SPDX-License-Identifier: MIT
 *
 * The input is a word list, a NUL, a task, a NUL, a text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "coord/asks.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/share.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* All that mg brings, once. */
static const struct mg_lexicon *
brought(void)
{
	static struct mg_lexicon *l;
	const struct mg_share *s;
	struct mg_err e;

	if (l != NULL)
		return l;
	l = mg_lexicon_new();
	for (s = mg_share_words; s->name != NULL; s++)
		if (strstr(s->name, "README") == NULL && strstr(s->name, "ndjson") == NULL &&
		    mg_lexicon_add(l, s->name, (const char *)s->data, s->len, &e) == -1)
			abort();
	mg_lexicon_ready(l);
	return l;
}

static void
judge(const struct mg_lexicon *l, const char *task, size_t tasklen, const char *text, size_t len)
{
	struct mg_asks a;

	mg_asks_judge(l, task, tasklen, text, len, &a);
	if (a.start > a.end || a.end > len || a.score < 0 || a.score > 100 || a.asks != (a.score >= 50) || a.kind == NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *words = (const char *)p, *end = words + n;
	const char *task = memchr(words, 0, n), *text = task != NULL ? memchr(task + 1, 0, (size_t)(end - task - 1)) : NULL;
	struct mg_lexicon *l;
	struct mg_err e;

	if (text == NULL)
		return 0;
	judge(brought(), task + 1, (size_t)(text - task - 1), text + 1, (size_t)(end - text - 1));
	l = mg_lexicon_new();
	if (mg_lexicon_add(l, "xx", words, (size_t)(task - words), &e) == 0) {
		mg_lexicon_ready(l);
		judge(l, task + 1, (size_t)(text - task - 1), text + 1, (size_t)(end - text - 1));
	}
	mg_lexicon_free(l);
	return 0;
}
