/* asks_line.c - the lines of a text and what their marks say.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "coord/asks_line.h"

enum { WRAP = 55 };		/* a shorter line was not wrapped: it ended */

static int
alpha(char c)
{
	return (((unsigned char)c | 0x20u) - 'a' < 26u);
}

static int
digit(char c)
{
	return ((unsigned char)c - (unsigned)'0' < 10u);
}

static int
at(const char *t, size_t i, size_t end, const char *s)
{
	size_t n = strlen(s);

	return (end - i >= n && i <= end && memcmp(t + i, s, n) == 0);
}

static size_t
blanks(const char *t, size_t i, size_t end)
{
	while (i < end && (t[i] == ' ' || t[i] == '\t' || t[i] == '\r'))
		i++;
	return (i);
}

/* Behind "- ", "* ", "1. ", "a) ", "[ ] ", a bullet; i where there is none. */
static size_t
marker(const char *t, size_t i, size_t end)
{
	static const char *const bullets[] = { "- ", "* ", "+ ", "\xe2\x80\xa2", "\xe2\x98\x90", "\xe2\x96\xa1", "\xe2\x96\xa2", "\xe2\xac\x9c", "\xe2\x80\x93 ", "[ ] ", "[x] " };
	size_t k = i;

	for (size_t b = 0; b < sizeof(bullets) / sizeof(bullets[0]); b++)
		if (i < end && t[i] == bullets[b][0] && at(t, i, end, bullets[b]))
			return (blanks(t, i + strlen(bullets[b]), end));
	while (k < end && digit(t[k]) && k - i < 4)
		k++;
	if (k == i && k < end && (alpha(t[k]) || t[k] == '('))
		k += 1 + (t[k] == '(');
	if (k > i && k < end && (t[k] == '.' || t[k] == ')') && (k + 1 == end || t[k + 1] == ' '))
		return (blanks(t, k + 1, end));
	if (k > i && digit(t[i]) && (at(t, k, end, "\xe3\x80\x81") || at(t, k, end, "\xef\xbc\x8e")))
		return (k + 3);
	return (i);
}

/* "NAME: ", "Bot: ", three words at most before the colon. */
static void
labels(const char *t, struct asks_line *n)
{
	size_t k, words = 0;

	for (k = n->body; k < n->end && k - n->body < 40; k++) {
		if (t[k] == ':' || at(t, k, n->end, "\xef\xbc\x9a"))
			break;
		if (t[k] == '.' || t[k] == '?' || t[k] == '!')
			return;
		words += t[k] == ' ';
	}
	if (k == n->end || k - n->body >= 40 || k == n->body || words > 4)
		return;
	n->label = 1;
	n->script = words <= 2;
}

static void
bold(const char *t, struct asks_line *n)
{
	const char *hit;
	size_t from = n->body + 2;

	if (!at(t, n->body, n->end, "**"))
		return;
	n->bold = 1;
	hit = memmem(t + from, n->end - from, "**", 2);
	if (hit != NULL && hit > t + from && (hit[-1] == '?' || at(t, (size_t)(hit - t) - (hit - t > 3 ? 3 : 0), n->end, "\xef\xbc\x9f") ||
	    at(t, (size_t)(hit - t) - (hit - t > 2 ? 2 : 0), n->end, "\xd8\x9f")))
		n->bold_question = (size_t)(hit - t) + 2;
}

static int
data_fence(const char *t, size_t i, size_t end)
{
	while (i < end && (t[i] == '`' || t[i] == '~'))
		i++;
	return (i == end || t[i] == '\r' || at(t, i, end, "json") || at(t, i, end, "yaml") || at(t, i, end, "yml") ||
	    at(t, i, end, "text") || at(t, i, end, "toml") || at(t, i, end, "xml"));
}

static void
plain(const char *t, struct asks_line *n)
{
	size_t b = n->body, m = marker(t, b, n->end);
	char last = n->end > b ? t[n->end - 1] : 0;

	n->sort = LINE_PLAIN;
	if (at(t, b, n->end, "\xe2\x80\x94") || (at(t, b, n->end, "\xe2\x80\x93") && m == b))
		n->script = n->dash = 1;
	else if (m > b) {
		n->sort = LINE_ITEM;
		n->body = m;
		if (at(t, m, n->end, "[ ]") || at(t, m, n->end, "[x]"))
			n->body = blanks(t, m + 3, n->end);
	}
	bold(t, n);
	labels(t, n);
	n->bracketed = n->end - b > 20 && ((t[b] == '(' && last == ')') || (t[b] == '[' && last == ']') ||
	    at(t, b, n->end, "\xef\xbc\x88"));
	n->data = t[b] == '{' || (t[b] == '"' && memmem(t + b, n->end - b, "\":", 2) != NULL);
	if (t[b] == '"' || at(t, b, n->end, "\xe2\x80\x9c"))
		n->script = 1;
}

int
asks_line(const char *t, size_t len, size_t *pos, struct asks_line *n)
{
	const char *nl;
	size_t b;

	if (*pos >= len)
		return (0);
	nl = memchr(t + *pos, '\n', len - *pos);
	*n = (struct asks_line){ .start = *pos, .end = nl != NULL ? (size_t)(nl - t) : len };
	*pos = n->end + 1;
	n->body = b = blanks(t, n->start, n->end);
	n->indented = b - n->start >= 4 || (b > n->start && t[n->start] == '\t');
	if (b == n->end)
		n->sort = LINE_BLANK;
	else if (at(t, b, n->end, "```") || at(t, b, n->end, "~~~")) {
		n->sort = LINE_FENCE;
		n->data = data_fence(t, b, n->end);
	} else if (t[b] == '#' && (b + 1 == n->end || t[b + 1] == '#' || t[b + 1] == ' '))
		n->sort = LINE_HEAD;
	else if (t[b] == '|')
		n->sort = LINE_ROW;
	else if (t[b] == '>')
		n->sort = LINE_BLOCKQUOTE;
	else if ((at(t, b, n->end, "---") || at(t, b, n->end, "***") || at(t, b, n->end, "___")) && n->end - b < 12 &&
	    !alpha(t[n->end - 1]))
		n->sort = LINE_RULE;
	else if (at(t, b, n->end, "\xe2\x80\x94") && blanks(t, b + 3, n->end) == n->end)
		n->sort = LINE_RULE;
	else
		plain(t, n);
	return (1);
}

void
asks_wrapped(const char *t, size_t len, size_t *pos, struct asks_line *n)
{
	struct asks_line next;
	size_t p, last = n->start;

	for (;;) {
		char e = t[n->end - 1];

		p = *pos;
		if (n->end - last < WRAP || e == '.' || e == '?' || e == '!' || e == ':' || !asks_line(t, len, &p, &next) ||
		    next.sort != LINE_PLAIN || !(t[next.body] >= 'a' && t[next.body] <= 'z'))
			return;
		last = next.start;
		n->end = next.end;
		*pos = p;
	}
}

size_t
asks_comment(const char *t, const struct asks_line *n)
{
	static const char *const marks[] = { "//", "/*", "<!--", "# ", "-- ", "\"\"\"" };
	size_t k, end = n->end - n->body > 400 ? n->body + 400 : n->end;

	if (at(t, n->body, n->end, "* "))
		return (n->body + 2);
	for (k = n->body; k < end; k++)
		for (size_t m = 0; m < sizeof(marks) / sizeof(marks[0]); m++)
			if (t[k] == marks[m][0] && at(t, k, n->end, marks[m]) && (k == n->body || t[k - 1] != ':'))
				return (k + strlen(marks[m]));
	return (0);
}
