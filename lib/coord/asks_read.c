/* asks_read.c - a text as sentences, and whose words each is.
 * SPDX-License-Identifier: MIT */
#include "coord/asks_read.h"

#include <stddef.h>
#include <string.h>

#include "coord/asks_line.h"
#include "coord/asks_task.h"

struct reader {
	const struct mg_lexicon	*l;
	const char	*text;
	size_t		 len;
	unsigned	 task;		/* P_* bits */
	int		 absent;	/* short and unmarked: the product may not be there at all */
	size_t		 letter;	/* where the letter begins; len: nowhere */
	int		 after;		/* past its sign-off */
	int		 ruled;		/* past a horizontal rule */
	size_t		 last;		/* where the last paragraph begins */
	size_t		 tail;		/* where the text's last character stands */
	unsigned	 script;	/* of the text */
	const struct asks_order *order;
	unsigned	 sentences, scripted;
	int		 item;		/* in a list */
	const char	*comment;	/* what ends the comment of several lines that is open; NULL: none */
	int		 question;	/* the sentence before was one */
	asks_sentence_fn *fn;
	void		*arg;
	struct asks_sent sent;
	struct asks_seen seen;
};

const char *const asks_mark_names[M_COUNT] = {
	"voice", "task-letter", "task-dialog", "task-questions", "task-text", "task-phrase", "task-code", "task-explain",
	"task-data", "task-other", "task-write", "task-work", "last", "end", "short", "item", "bracket", "lone",
	"label", "words", "length", "after", "script", "given", "order", "task",
};

/* The bits of a task that have a mark, in their order. */
static const unsigned task_bits[] = { P_LETTER, P_DIALOG, P_QUESTIONS, P_TEXT, P_PHRASE, P_CODE, P_EXPLAIN, P_DATA, P_OTHER,
    P_WRITE, P_WORK };

static void
mark(struct asks_seen *s, enum asks_mark m, unsigned value)
{
	s->mark[s->nmark++] = (uint16_t)(m * ASKS_VALUES + value);
}

/* The power of two below n, at most most. */
static unsigned
magnitude(size_t n, unsigned most)
{
	unsigned k = 0;

	for (; n > 1 && k < most; n >>= 1)
		k++;
	return (k);
}

/* A sum of weights in seven steps. */
static unsigned
degree(int sum)
{
	static const int steps[] = { -80, -40, -12, 12, 40, 80 };
	unsigned k = 0;

	while (k < sizeof(steps) / sizeof(steps[0]) && sum > steps[k])
		k++;
	return (k);
}

/* Tells of one sentence and its place. */
static void
tell(struct reader *j, enum asks_voice v, int label, int lone)
{
	struct asks_sent *s = &j->sent;
	struct asks_seen *o = &j->seen;
	unsigned q = s->question != 0, vq = 2 * v + q;
	unsigned product = (j->task & (P_LETTER | P_DIALOG | P_QUESTIONS | P_TEXT | P_PHRASE)) != 0, pq = 2 * product + q;

	o->sent = s;
	o->voice = v;
	o->nmark = 0;
	mark(o, M_VOICE, 4 * v + pq);
	for (unsigned i = 0; i < sizeof(task_bits) / sizeof(task_bits[0]); i++)
		if (j->task & task_bits[i])
			mark(o, M_LETTER + i, vq);
	if (s->start >= j->last)
		mark(o, M_LAST, vq);
	if (s->end >= j->tail)
		mark(o, M_END, vq);
	if (j->sentences == 0 && j->len < 240)
		mark(o, M_SHORT, pq);
	if (j->item)
		mark(o, M_ITEM, vq);
	if (s->bracket)
		mark(o, M_BRACKET, vq);
	if (lone)
		mark(o, M_LONE, pq);
	if (label)
		mark(o, M_LABEL, vq);
	mark(o, M_WORDS, 2 * magnitude(s->words, 7) + q);
	mark(o, M_LENGTH, 2 * magnitude(j->len / 50, 5) + product);
	mark(o, M_AFTER, 2 * (unsigned)j->question + q);
	mark(o, M_SCRIPT, 2 * j->script + q);
	if (j->order->given)
		mark(o, M_GIVEN, 2 * magnitude(4 * j->len / (j->order->material + 8), 5) + q);
	mark(o, M_ORDER, 4 * degree(j->order->foreign) + 2 * (v == V_FREE) + q);
	mark(o, M_TASK, 2 * magnitude(j->order->len / 12, 9) + product);
	j->fn(j->arg, o);
	j->question = s->question != 0;
	j->sentences++;
}

static enum asks_voice
voice_of(struct reader *j, const struct asks_line *n)
{
	unsigned product = j->task & (P_LETTER | P_DIALOG | P_QUESTIONS | P_TEXT | P_PHRASE);

	if (n->sort == LINE_BLOCKQUOTE)
		return (product || j->task & P_EXPLAIN ? V_OTHER : V_ROW);
	if (j->letter < j->len && n->start >= j->letter && !j->after)
		return (n->bracketed ? V_FREE : V_OTHER);
	if (j->letter < j->len)
		return (V_FREE);
	if (!product)
		return (V_FREE);
	if (n->bracketed && n->start >= j->last)
		return (V_FREE);
	if (n->script && n->dash && j->scripted > 1)
		return (V_OTHER);
	if (j->task & P_DIALOG && ((n->script && j->scripted > 1) || n->sort == LINE_ITEM || n->sort == LINE_ROW))
		return (V_OTHER);
	if (j->task & P_QUESTIONS && n->script && j->scripted > 1)
		return (V_OTHER);
	if (j->task & P_PHRASE)
		return (j->order->given ? V_OTHER : j->task & P_LETTER ? V_PRODUCT : V_FREE);
	if (j->task & P_QUESTIONS && (n->sort == LINE_ITEM || n->sort == LINE_ROW || n->sort == LINE_HEAD ||
	    n->bold_question > 0))
		return (V_OTHER);
	return (j->absent || (j->ruled && n->start >= j->last) ? V_MIXED : V_PRODUCT);
}

/* Tells of the sentences from start to end. */
static void
block(struct reader *j, size_t start, size_t end, enum asks_voice v, int label)
{
	/* ids are for rules, of which there may be none that look at sentences */
	const struct asks_words *known = j->l->asking ? &j->l->words : NULL;
	struct asks_scan scan;

	asks_block(&scan, j->text, start, end);
	scan.raw = v == V_DATA;
	while (asks_sentence(&scan, known, &j->sent))
		if (j->sent.n > 0)
			tell(j, v, label, j->sent.start <= start + 3 && scan.pos + 1 >= end);
}

/* What a line is by the lexicon: L_GREET, L_BYE. */
static unsigned
line_what(struct reader *j, size_t start, size_t end)
{
	struct asks_scan scan;
	struct asks_found f;

	if (end - start > 90)
		return (0);
	asks_block(&scan, j->text, start, end);
	if (!asks_sentence(&scan, &j->l->words, &j->sent) || !j->sent.key)
		return (0);
	asks_match(j->l, &j->sent, &f);
	return (f.what & (L_GREET | L_BYE | L_KEY));
}

static int
is_greeting(struct reader *j, const struct asks_line *n)
{
	size_t end = n->end;
	const char *t = j->text;

	if (n->end - n->body > 90)
		return (0);
	while (end > n->body && (t[end - 1] == ' ' || t[end - 1] == '*' || t[end - 1] == '\r'))
		end--;
	if (end == n->body)
		return (0);
	/* "Hi Dana," or "Subject: keys", but not "Hi! I'd be glad to help" */
	return ((t[end - 1] == ',' || t[end - 1] == ':' || j->task & P_LETTER ||
	    (end - n->body >= 3 && (memcmp(t + end - 3, "\xef\xbc\x8c", 3) == 0 ||
	    memcmp(t + end - 3, "\xef\xbc\x9a", 3) == 0))) && line_what(j, n->body, n->end) & L_GREET);
}

/* Looks at the whole once: where a letter begins, whether anything marks a product. */
static void
survey(struct reader *j)
{
	struct asks_line n = { 0 };
	unsigned lines = 0, marks = 0;
	size_t pos = 0;

	j->letter = j->len;
	while (lines++ < 60 && asks_line(j->text, j->len, &pos, &n)) {
		if (n.sort == LINE_FENCE)
			marks++;
		else if (n.sort != LINE_BLANK && n.sort != LINE_PLAIN)
			marks += n.sort != LINE_ITEM || j->task & (P_DIALOG | P_QUESTIONS);
		j->scripted += n.script != 0;
		if (j->letter == j->len && n.sort == LINE_PLAIN && is_greeting(j, &n))
			j->letter = n.start;
		if (n.label && line_what(j, n.body, n.end) & L_KEY)
			j->task |= P_QUESTIONS;		/* "Answers: 1b, 2c": a quiz, whatever the task said */
	}
	j->absent = j->letter == j->len && marks == 0 && j->len < 420;
	for (j->tail = j->len; j->tail > 0 && strchr(" \t\r\n*_`\"')", j->text[j->tail - 1]) != NULL; j->tail--)
		;
	for (j->last = j->tail; j->last > 1; j->last--)
		if (j->text[j->last - 1] == '\n' && (j->text[j->last - 2] == '\n' ||
		    (j->last > 2 && j->text[j->last - 2] == '\r' && j->text[j->last - 3] == '\n')))
			break;
	if (j->last == 1)
		j->last = 0;
	if (j->tail > 0)
		j->tail--;
}

/* Keeps account of the comments of several lines; true: the line begins in one. */
static int
in_comment(struct reader *j, const struct asks_line *n)
{
	const char *s = j->text + n->start, *was = j->comment, *hit;
	size_t len = n->end - n->start;

	if (was != NULL) {
		if (memmem(s, len, was, strlen(was)) != NULL)
			j->comment = NULL;
	} else if ((hit = memmem(s, len, "<!--", 4)) != NULL)
		j->comment = memmem(hit, len - (size_t)(hit - s), "-->", 3) == NULL ? "-->" : NULL;
	else if ((hit = memmem(s, len, "/*", 2)) != NULL)
		j->comment = memmem(hit, len - (size_t)(hit - s), "*/", 2) == NULL ? "*/" : NULL;
	return (was != NULL);
}

/* A line of code: only a comment, or a line of data, can speak for the agent. */
static void
code_line(struct reader *j, const struct asks_line *n, int data)
{
	size_t c = in_comment(j, n) ? n->body : asks_comment(j->text, n);

	j->item = 0;
	if (data && c == 0)
		block(j, n->body, n->end, V_DATA, 1);
	else if (c != 0 && !(j->task & P_EXPLAIN))
		block(j, c, n->end, V_COMMENT, 0);
}

static void
one_line(struct reader *j, struct asks_line *n, size_t *pos)
{
	enum asks_voice v = voice_of(j, n);

	if (j->letter < j->len && n->start >= j->letter && !j->after && n->end - n->body < 60 &&
	    line_what(j, n->body, n->end) & L_BYE) {
		j->after = 1;
		return;
	}
	if (n->data && j->letter == j->len)
		v = V_DATA;
	if (n->sort == LINE_PLAIN && v != V_DATA)
		asks_wrapped(j->text, j->len, pos, n);
	if (n->bold_question > n->body)		/* a question as a heading, the answer behind it */
		n->body = n->bold_question;
	if (n->sort == LINE_HEAD && v == V_FREE)
		v = V_PRODUCT;
	if (n->sort == LINE_ROW && v == V_FREE)
		v = V_ROW;
	j->item = n->sort == LINE_ITEM;
	block(j, n->body, n->end, v, n->sort != LINE_PLAIN || n->bold || n->label);
}

static void
read_text(struct reader *j)
{
	struct asks_line n = { 0 };
	int fence = 0, data = 0, blank = 1, item = 0, code = 0;
	size_t pos = 0;

	while (asks_line(j->text, j->len, &pos, &n)) {
		if (n.sort == LINE_FENCE) {
			fence = !fence;
			j->comment = NULL;
			data = n.data;
		} else if (fence) {
			code_line(j, &n, data);
		} else if (n.sort == LINE_RULE) {
			j->ruled = 1;
			j->after |= j->letter < j->len && n.start > j->letter;
		} else if (n.sort != LINE_BLANK) {
			if ((code = n.indented && ((blank && !item) || code)) != 0)
				code_line(j, &n, 0);	/* Markdown's other way to show code */
			else
				one_line(j, &n, &pos);
		}
		blank = n.sort == LINE_BLANK;
		if (!blank)
			item = n.sort == LINE_ITEM || (item && n.indented);
	}
}

/* English, other Latin, Cyrillic, Arabic, Chinese and the like, others: by what most of the beginning's
 * characters beyond ASCII are, and by whether the task has English words. */
static unsigned
script_of(const char *s, size_t len, int english)
{
	enum { ENGLISH, LATIN, CYRILLIC, ARABIC, HAN, OTHER, COUNT };
	unsigned n[COUNT] = { 0 }, best = LATIN;

	for (size_t i = 0; i < len && i < 400; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0xc2)	/* the first byte of a character */
			n[c == 0xe2 ? ENGLISH : c < 0xcc ? LATIN : c < 0xd5 ? CYRILLIC : c < 0xdc ? ARABIC :
			    c >= 0xe3 && c < 0xee ? HAN : OTHER]++;
	}
	for (unsigned k = LATIN; k < COUNT; k++)
		if (n[k] > n[best])
			best = k;
	return (n[best] == 0 || (best == LATIN && english) ? ENGLISH : best);
}

void
asks_read(const struct mg_lexicon *l, const struct asks_order *order, const char *text, size_t len,
    asks_sentence_fn *fn, void *arg)
{
	struct reader j;

	memset(&j, 0, offsetof(struct reader, sent));
	j.l = l;
	j.text = text;
	j.len = len;
	j.fn = fn;
	j.arg = arg;
	j.task = order->what;
	j.order = order;
	j.script = script_of(text, len, order->english);
	survey(&j);
	read_text(&j);
}
