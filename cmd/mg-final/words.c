/* words.c - the word lists of the ask detector, ready to judge.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "coord/asks.h"
#include "mg-final/words.h"
#include "rt/share.h"

/* Whether a text of mg is of the detector: autonomy/xx, and what was learnt of its words, autonomy/xx.weights. */
static int
is_language(const char *name)
{
	static const char folder[] = "autonomy/", letters[] = "abcdefghijklmnopqrstuvwxyz";
	const char *lang = name + sizeof folder - 1, *rest;

	if (strncmp(name, folder, sizeof folder - 1) != 0)
		return 0;
	rest = lang + strspn(lang, letters);
	return rest > lang && (*rest == '\0' || strcmp(rest, ".weights") == 0);
}

static int
add(struct mg_lexicon *l, const char *name, struct mg_err *e)
{
	size_t len;
	char *text = mg_share_text(name, &len, NULL, e);
	int r = text == NULL ? -1 : mg_lexicon_add(l, name, text, len, e);

	free(text);
	return r;
}

struct mg_lexicon *
words_load(int unfinished, struct mg_err *e)
{
	struct mg_lexicon *l = mg_lexicon_new();
	const struct mg_share *s;
	int r = unfinished ? add(l, "autonomy/unfinished.words", e) : 0;

	for (s = mg_share_words; s->name != NULL && r == 0; s++)
		if (is_language(s->name))
			r = add(l, s->name, e);
	if (r == -1) {
		mg_lexicon_free(l);
		return NULL;
	}
	mg_lexicon_ready(l);
	return l;
}
