/* think.c - hands out visible text and thinking; splits <think>...</think> off the text's beginning.
 * SPDX-License-Identifier: MIT */
#include "model/think.h"

#include <string.h>

#include "model/reply.h"

#define OPEN	"<think>"
#define CLOSE	"</think>"
#define BLANKS	" \t\r\n"

static int
give_text(struct mg_assembly *a, const char *p, size_t n)
{
	if (n == 0)
		return 0;
	if (mg_buf_add(&a->reply.text, p, n) == -1)
		return -1;
	a->delivered = 1;
	if (a->spec->text != NULL)
		a->spec->text(a->spec->arg, p, n);
	return 0;
}

int
mg_think_give(struct mg_assembly *a, const char *p, size_t n, int summary)
{
	if (n == 0)
		return 0;
	if (mg_buf_add(&a->reply.reasoning, p, n) == -1)
		return -1;
	a->delivered = 1;
	if (a->spec->think != NULL)
		a->spec->think(a->spec->arg, p, n, summary);
	return 0;
}

/* Is the text's beginning a tag?  1: it is known now, 0: more is needed. */
static int
at_start(struct mg_assembly *a)
{
	const char *p = mg_buf_str(&a->held);
	size_t blank = strspn(p, BLANKS), n = a->held.len - blank;

	if (n >= sizeof OPEN - 1 && memcmp(p + blank, OPEN, sizeof OPEN - 1) == 0) {
		mg_buf_drop(&a->held, blank + sizeof OPEN - 1);
		a->tag = MG_TAG_IN;
		return 1;
	}
	if (n < sizeof OPEN - 1 && memcmp(p + blank, OPEN, n) == 0 && blank < 64)
		return 0;
	a->tag = MG_TAG_NONE;
	return 1;
}

/* How many bytes at the end may be the beginning of the closing tag. */
static size_t
maybe_close(const char *p, size_t n)
{
	size_t k;

	for (k = n < sizeof CLOSE - 2 ? n : sizeof CLOSE - 2; k > 0; k--)
		if (memcmp(p + n - k, CLOSE, k) == 0)
			return k;
	return 0;
}

/* Gives thinking up to the closing tag.  1: it was there, 0: more is needed, -1. */
static int
inside(struct mg_assembly *a)
{
	const char *p = mg_buf_str(&a->held);
	const char *close = memmem(p, a->held.len, CLOSE, sizeof CLOSE - 1);
	size_t n = close != NULL ? (size_t)(close - p) : a->held.len - maybe_close(p, a->held.len);

	if (mg_think_give(a, p, n, 0) == -1)
		return -1;
	mg_buf_drop(&a->held, n + (close != NULL ? sizeof CLOSE - 1 : 0));
	if (close != NULL)
		a->tag = MG_TAG_AFTER;
	return close != NULL;
}

int
mg_think_split(struct mg_assembly *a, const char *p, size_t n)
{
	int r = 1;

	if (a->tag == MG_TAG_NONE)
		return give_text(a, p, n);
	if (mg_buf_add(&a->held, p, n) == -1)
		return -1;
	if (a->tag == MG_TAG_START && !at_start(a))
		return 0;
	if (a->tag == MG_TAG_IN && (r = inside(a)) <= 0)
		return r;
	if (a->tag == MG_TAG_AFTER) {
		mg_buf_drop(&a->held, strspn(mg_buf_str(&a->held), BLANKS));
		if (a->held.len == 0)
			return 0;
		a->tag = MG_TAG_NONE;
	}
	r = give_text(a, mg_buf_str(&a->held), a->held.len);
	mg_buf_free(&a->held);
	return r;
}

int
mg_think_end(struct mg_assembly *a)
{
	int r;

	mg_buf_clear(&a->piece);
	mg_half_end(&a->think_half, &a->piece);
	if (mg_think_give(a, mg_buf_str(&a->piece), a->piece.len, 0) == -1)
		return -1;
	mg_buf_clear(&a->piece);
	mg_half_end(&a->text_half, &a->piece);
	if (a->piece.len > 0 && mg_think_split(a, mg_buf_str(&a->piece), a->piece.len) == -1)
		return -1;
	r = a->tag == MG_TAG_IN ? mg_think_give(a, mg_buf_str(&a->held), a->held.len, 0) :
	    give_text(a, mg_buf_str(&a->held), a->held.len);
	mg_buf_free(&a->held);
	a->tag = MG_TAG_NONE;
	return r;
}
