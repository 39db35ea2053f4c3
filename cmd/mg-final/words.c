/* words.c - the word lists of the ask detector, ready to judge.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "coord/asks.h"
#include "mg-final/words.h"
#include "rt/share.h"

/* Whether a text of mg is a language: autonomy/xx, where other files have a dot or capitals. */
static int
is_language(const char *name)
{
	static const char folder[] = "autonomy/";
	const char *lang = name + sizeof folder - 1;

	return strncmp(name, folder, sizeof folder - 1) == 0 && strspn(lang, "abcdefghijklmnopqrstuvwxyz") == strlen(lang);
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

	for (s = mg_shares; s->name != NULL && r == 0; s++)
		if (is_language(s->name))
			r = add(l, s->name, e);
	if (r == -1) {
		mg_lexicon_free(l);
		return NULL;
	}
	mg_lexicon_ready(l);
	return l;
}
