/* asks.c - does a final answer wait for a human being?  Structure and verdict.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "coord/asks.h"
#include "coord/asks_lex.h"
#include "coord/asks_line.h"
#include "coord/asks_task.h"

/* whose words a sentence is */
enum voice {
	V_FREE,		/* the agent's own */
	V_MIXED,	/* the product's or the agent's: behind a rule, or where the product seems absent */
	V_PRODUCT,	/* most likely the product's */
	V_COMMENT,	/* a comment in code */
	V_ROW,		/* a row of a table */
	V_DATA,		/* a line of data, JSON and the like */
	V_OTHER		/* quoted, scripted, a letter's: somebody else's */
};

#define ASKED	(1U << 30)	/* beside L_*: the sentence is a question */

struct pending { int score; size_t start, end, para; const char *kind; };

struct judge {
	const struct mg_lexicon	*l;
	const char	*text;
	size_t		 len;
	unsigned	 task;		/* P_* bits */
	int		 asked;		/* the task itself holds the words of a request */
	int		 opener;	/* it begins as an agent does: "Sure!" */
	int		 absent;	/* short and unmarked: the product may not be there at all */
	size_t		 letter;	/* where the letter begins; len: nowhere */
	int		 after;		/* past its sign-off */
	int		 ruled;		/* past a horizontal rule */
	size_t		 last;		/* where the last paragraph begins */
	size_t		 tail;		/* where the text's last character stands */
	size_t		 para;		/* number of the paragraph */
	unsigned	 support, sentences, questions, scripted;
	struct pending	 q;		/* a bare question, until we know what follows */
	int		 item;		/* in a list */
	int		 row;		/* in a table */
	const char	*comment;	/* what ends the comment of several lines that is open; NULL: none */
	int		 lone;		/* the sentence is its block */
	int		 meta;		/* the last sentence spoke of the work */
	unsigned	 before;	/* what the last sentence was: L_LACK, L_ORDER, L_PROMISE, ASKED */
	size_t		 before_start, before_para;
	int		 best;
	size_t		 start, end;
	size_t		 first, first_end;	/* the first question */
	const char	*kind, *how;
	struct asks_sent sent;
};

static void
take(struct judge *j, int score, size_t start, size_t end, const char *kind, const char *how)
{
	if (score <= j->best)
		return;
	j->best = score;
	j->start = start;
	j->end = end;
	j->kind = kind;
	j->how = how;
}

static void
settle(struct judge *j)
{
	if (j->q.score > 0)
		take(j, j->q.score, j->q.start, j->q.end, j->q.kind, "a question that nothing here answers");
	j->q.score = 0;
}

static int
greater(int a, int b)
{
	return (a > b ? a : b);
}

/* What a sentence in a product loses that does not speak of the work itself. */
static int
penalty(const struct judge *j)
{
	if (j->task & P_LETTER || (j->task & P_DIALOG && (j->scripted > 1 || !(j->task & P_TEXT))))
		return (31);
	return (j->task & P_QUESTIONS ? 20 : 0);
}

/* Is it a kind that says of something that it stands still? */
static int
waits(const char *kind)
{
	return (strcmp(kind, "awaiting") == 0 || strcmp(kind, "conditional-work") == 0);
}

/* The weight of what the rules found, by whose words they are. */
static int
weigh(const struct judge *j, const struct asks_found *f, enum voice v, const struct asks_rule **rule)
{
	const struct asks_rule *w, *p;
	int full, part;

	w = f->close ? f->over : f->over != NULL && (f->ask == NULL || f->over->w >= f->ask->w) ? f->over : f->ask;
	p = f->close ? f->overp :
	    f->overp != NULL && (f->askp == NULL || f->overp->p >= f->askp->p) ? f->overp : f->askp;
	full = w != NULL ? w->w : 0;
	part = p != NULL ? p->p : 0;
	*rule = w;
	switch (v) {
	case V_FREE:
		if (j->task & P_EXPLAIN && part < 66 && !j->sent.question)
			full -= full < 75 ? 25 : 10;	/* explaining what others are asked */
		if (j->task & P_EXPLAIN && !f->me && !j->sent.question && w != NULL && waits(j->l->kind[w->kind]))
			full -= 40;			/* what waits is the thing explained */
		if (j->item && part < 40 && !j->sent.question)
			full -= 25;	/* a step of instructions, more likely */
		return (full);
	case V_MIXED:
		if (j->task & (P_LETTER | P_DIALOG | P_QUESTIONS) && !f->meta && !j->opener && (f->support == 0 || j->sentences > 0)) {
			*rule = p;
			return (part - penalty(j));
		}
		*rule = part >= full ? p : w;
		return (greater(part, (full + part) / 2));
	case V_PRODUCT:
		*rule = p;
		if (!f->meta)
			part -= penalty(j);
		return (j->sent.start >= j->last || part >= 66 ? part : part - 12);
	case V_ROW:
		*rule = p;
		return (part >= 65 ? part : 0);
	case V_COMMENT:
		*rule = f->me ? w : p;
		return (f->me ? (full + part) / 2 + 5 : part);
	case V_DATA:
		*rule = f->data;
		return (f->data != NULL && !(j->task & (P_DATA | P_DIALOG | P_EXPLAIN | P_QUESTIONS)) ?
		    f->data->w : 0);
	default:
		return (0);
	}
}

/* A question that no rule knows: an ask if it speaks to somebody, nothing
 * answers it, and it stands where the answer should be. */
static int
bare_question(const struct judge *j, const struct asks_found *f, enum voice v)
{
	int score = 30 + (f->you ? 20 : 0) + (f->me ? 8 : 0) + (f->wh ? 8 : 0);

	if (j->sent.words < 2 && j->sentences > 0)
		score -= 15;
	if (j->sentences == 0 && j->len < 240)	/* a short answer that begins with it */
		score += v == V_MIXED ? 12 : 20;
	if (j->sent.end >= j->tail)
		score += 25;
	else if (j->sent.start < j->last)
		score -= f->you && !j->lone ? 0 : 12;
	if (v == V_MIXED)
		return (j->task & P_TEXT && j->absent && f->you ? score - 12 : 0);
	return (v == V_FREE ? score : 0);
}

/* A bare question stands until its paragraph answers it; more questions leave it open. */
static void
follow(struct judge *j, const struct asks_found *f, int score)
{
	int same = j->q.para == j->para;

	if (j->q.score <= 0 || (same && j->sent.question && score < 40))
		return;
	if (same && score < 40 && !f->close)
		j->q.score -= f->support > 5 ? -25 : j->len < 160 ? 10 : 45;
	settle(j);
}

static void
ask_later(struct judge *j, int score, const char *kind)
{
	if (score > j->q.score || j->q.score <= 0)
		j->q = (struct pending){ score, j->sent.start, j->sent.end, j->para, kind };
}

/* Two sentences that ask together: what is lacking and a question or an order, an
 * order or a question and what is promised for it.  A product for another reader
 * holds the like, so there the pair counts in the last paragraph alone. */
static void
pair(struct judge *j, const struct asks_found *f, enum voice v)
{
	unsigned now = (f->what & (L_LACK | L_ORDER | L_PROMISE)) | (j->sent.question && !f->close ? ASKED : 0);
	int own = v == V_FREE || v == V_MIXED || v == V_COMMENT || (v == V_PRODUCT && j->sent.start >= j->last);
	int to_other = j->task & (P_LETTER | P_DIALOG | P_QUESTIONS | P_EXPLAIN) && !f->meta;

	if (v != V_FREE && now & L_PROMISE && !f->meta)
		now &= ~(unsigned)L_PROMISE;
	if (own && !to_other && !f->close && j->before_para + 1 >= j->para &&
	    ((j->before & L_LACK && now & (ASKED | L_ORDER)) || (j->before & (ASKED | L_ORDER) && now & L_PROMISE)))
		take(j, v == V_PRODUCT ? 58 : 72, now & L_PROMISE ? j->before_start : j->sent.start, j->sent.end,
		    now & L_PROMISE ? "conditional-work" : "partial-missing-input", "a request");
	j->before = own ? now : 0;
	j->before_start = j->sent.start;
	j->before_para = j->para;
}

/* Keeps the first question of a text that may be nothing but questions. */
static void
ask_first(struct judge *j)
{
	j->first = j->sent.start;
	j->first_end = j->sent.end;
}

/* Where a letter or an article was ordered, a short text of questions alone is not it. */
static void
only_questions(struct judge *j)
{
	if (j->task & (P_LETTER | P_TEXT) && !(j->task & (P_DIALOG | P_QUESTIONS | P_PHRASE)) &&
	    j->questions > 0 && j->questions + (j->opener != 0) >= j->sentences)
		take(j, 60, j->first, j->first_end, "clarify-first", "questions in place of the text");
}

static void
sentence(struct judge *j, enum voice v, int data)
{
	struct asks_sent *s = &j->sent;
	const struct asks_rule *rule = NULL;
	struct asks_found f = { 0 };
	int score;

	if (s->key || s->question)
		asks_match(j->l, s, &f);
	score = weigh(j, &f, v, &rule);
	j->meta = f.meta;
	if (data && f.data != NULL && !(s->question && v == V_ROW) && v != V_OTHER && f.data->w > score &&
	    !(j->task & (P_CODE | P_DATA | P_DIALOG | P_QUESTIONS | P_EXPLAIN | (j->row ? 0 : P_LETTER))) && (f.data->p > 0 || !(j->task & P_TEXT))) {
		score = f.data->w;
		rule = f.data;
	}
	follow(j, &f, score);
	pair(j, &f, v);
	if (v == V_FREE || v == V_MIXED)
		j->support += f.support;
	if (j->sentences == 0)
		j->opener = f.support > 0;
	if (s->question && v == V_MIXED && j->questions++ == 0)
		ask_first(j);
	if (score >= 35) {
		if (s->start >= j->last && (v == V_FREE || j->last > 0))
			score += 8;
		if (s->question && v == V_FREE && strcmp(j->l->kind[rule->kind], "direct-offer") == 0 && rule->p < 45) {	/* it may yet be answered */
			ask_later(j, score, j->l->kind[rule->kind]);
			j->sentences++;
			return;
		}
		take(j, score, s->start, s->end, j->l->kind[rule->kind], "a request");
	}
	if (score < 50 && s->question && !f.close)
		ask_later(j, bare_question(j, &f, v), "clarify-first");
	j->sentences++;
}

static enum voice
voice_of(struct judge *j, const struct asks_line *n)
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
		return (j->asked ? V_OTHER : j->task & P_LETTER ? V_PRODUCT : V_FREE);
	if (j->task & P_QUESTIONS && (n->sort == LINE_ITEM || n->sort == LINE_ROW || n->sort == LINE_HEAD ||
	    n->bold_question > 0))
		return (V_OTHER);
	return (j->absent || (j->ruled && n->start >= j->last) ? V_MIXED : V_PRODUCT);
}

/* Judges the sentences from start to end. */
static void
block(struct judge *j, size_t start, size_t end, enum voice v, int data)
{
	struct asks_scan scan;

	asks_block(&scan, j->text, start, end);
	scan.raw = v == V_DATA;
	while (asks_sentence(&scan, &j->l->words, &j->sent))
		if (j->sent.n > 0) {
			j->lone = j->sent.start <= start + 3 && scan.pos + 1 >= end;
			sentence(j, v, data);
		}
}

/* What a line is by the lexicon: L_GREET, L_BYE. */
static unsigned
line_what(struct judge *j, size_t start, size_t end)
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
is_greeting(struct judge *j, const struct asks_line *n)
{
	size_t end = n->end;
	const char *t = j->text;

	if (n->end - n->body > 90 || !(line_what(j, n->body, n->end) & L_GREET))
		return (0);
	while (end > n->body && (t[end - 1] == ' ' || t[end - 1] == '*' || t[end - 1] == '\r'))
		end--;
	/* "Hi Dana," or "Subject: keys", but not "Hi! I'd be glad to help" */
	return (t[end - 1] == ',' || t[end - 1] == ':' || j->task & P_LETTER ||
	    (end - n->body >= 3 && (memcmp(t + end - 3, "\xef\xbc\x8c", 3) == 0 ||
	    memcmp(t + end - 3, "\xef\xbc\x9a", 3) == 0)));
}

/* Looks at the whole once: where a letter begins, whether anything marks a product. */
static void
survey(struct judge *j)
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
in_comment(struct judge *j, const struct asks_line *n)
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
code_line(struct judge *j, const struct asks_line *n, int data)
{
	size_t c = in_comment(j, n) ? n->body : asks_comment(j->text, n);

	if (data && c == 0)
		block(j, n->body, n->end, V_DATA, 1);
	else if (c != 0 && !(j->task & P_EXPLAIN))
		block(j, c, n->end, V_COMMENT, 0);
}

static void
one_line(struct judge *j, struct asks_line *n, size_t *pos)
{
	enum voice v = voice_of(j, n);

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
	j->row = n->sort == LINE_ROW;
	block(j, n->body, n->end, v, n->sort != LINE_PLAIN || n->bold || n->label);
}

static void
read_text(struct judge *j)
{
	struct asks_line n = { 0 };
	int fence = 0, data = 0, blank = 1, item = 0, code = 0;
	size_t pos = 0;

	while (asks_line(j->text, j->len, &pos, &n)) {
		if (n.sort == LINE_FENCE) {
			fence = !fence;
			j->comment = NULL;
			data = n.data;
			j->para++;
		} else if (fence)
			code_line(j, &n, data);
		else if (n.sort == LINE_BLANK) {
			j->para += !blank;
		} else if ((code = n.indented && ((blank && !item) || code)) != 0)
			code_line(j, &n, 0);	/* Markdown's other way to show code */
		else if (n.sort == LINE_RULE) {
			j->ruled = 1;
			j->after |= j->letter < j->len && n.start > j->letter;
		}
		else
			one_line(j, &n, &pos);
		blank = n.sort == LINE_BLANK;
		if (!blank)
			item = n.sort == LINE_ITEM || (item && n.indented);
		if (n.sort == LINE_HEAD)
			j->para++;
	}
	settle(j);
	only_questions(j);
}

void
mg_asks_judge(const struct mg_lexicon *l, const char *task, size_t tasklen, const char *text, size_t len,
    struct mg_asks *out)
{
	struct judge j = { .l = l, .text = text, .len = len, .kind = "", .how = "nothing asks" };

	memset(out, 0, sizeof(*out));
	j.task = asks_task(l, task, tasklen, &j.asked);
	survey(&j);
	read_text(&j);
	if (j.task & P_PHRASE && j.sentences == 1 && !j.meta)	/* it is the phrase itself */
		j.best = 0;
	if (j.best >= 35)
		j.best += j.support > 15 ? 15 : (int)j.support;
	if (j.best > 100)
		j.best = 100;
	out->score = j.best;
	out->asks = j.best >= 50;
	out->unsure = j.best >= 35 && j.best < 62;
	out->kind = out->asks ? j.kind : "";
	if (j.best >= 35) {
		out->start = j.start;
		out->end = j.end;
	}
	snprintf(out->why, sizeof(out->why), "%s%s%s (%d of 100)", out->asks ? j.how : "nothing asks",
	    out->asks ? ": " : "", out->kind, j.best);
}
