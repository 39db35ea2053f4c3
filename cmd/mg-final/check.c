/* check.c - mg-final --check: verdicts on finals that exist.
 * SPDX-License-Identifier: MIT */
#include "mg-final/check.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/chunk.h"
#include "coord/asks.h"
#include "mg-final/judges.h"
#include "mg-final/words.h"
#include "rt/err.h"
#include "rt/lines.h"
#include "rt/write.h"

struct checker {
	struct judges	*judges;
	struct mg_buf	 task, text;
	size_t		 finals;
	int		 bad;
};

static void
content(struct mg_buf *b, const struct mg_chunk *c)
{
	struct mg_span raw = mg_chunk_raw(c, "content");
	jv v;

	mg_buf_clear(b);
	if (*raw.p == '"') {	/* no value needs to be built */
		mg_json_unquote(b, raw.p, raw.n);
		return;
	}
	v = mg_json_value(raw);
	mg_content_text(b, v);
	jv_free(v);
}

static void
one_line(struct checker *k, const char *line, size_t len, size_t number)
{
	struct mg_span type, source;
	struct mg_chunk c;
	struct mg_bad bad;

	if (mg_chunk_peek(line, len, &type, &source) && !mg_span_is(type, "task") && !mg_span_is(type, "final"))
		return;
	if (mg_chunk_read(&c, line, len, &bad) == -1 ||
	    ((c.type == MG_TASK || c.type == MG_FINAL) && mg_chunk_check(&c, &bad) == -1)) {
		mg_warn("line %zu, column %zu: %s; it is left out", number, bad.pos + 1, bad.why);
		k->bad = 1;
	} else if (c.type == MG_TASK) {
		content(&k->task, &c);
	} else if (c.type == MG_FINAL) {
		content(&k->text, &c);
		judges_add(k->judges, mg_buf_str(&k->task), k->task.len, mg_buf_str(&k->text), k->text.len, number);
		k->finals++;
	}
}

/* Whether a read would not wait. */
static int
readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* Verdicts are written when no further line is there yet: who feeds us line by line hears at once. */
static void
read_chunks(struct checker *k)
{
	struct mg_lines *in = mg_lines_new(0, MG_LINE_MAX);
	struct mg_err e;
	enum mg_line r;
	char *line;
	size_t len;
	int more;

	do {
		while ((r = mg_lines_next(in, &line, &len)) != MG_LINES_MORE) {
			if (r == MG_LINES_OK) {
				one_line(k, line, len, mg_lines_number(in));
				continue;
			}
			mg_warn("line %zu: longer than 16 MiB; it is left out", mg_lines_number(in));
			k->bad = 1;
		}
		if (!readable(mg_lines_fd(in)))
			judges_flush(k->judges);
		if ((more = mg_lines_fill(in, &e)) == -1)
			mg_die(&e);
	} while (more);
	if (mg_lines_rest(in, &line, &len) != MG_LINES_END) {
		mg_warn("line %zu: the input ends inside this line; it is left out", mg_lines_number(in));
		k->bad = 1;
	}
	if (k->finals == 0 && !k->bad) {
		mg_warn("nothing to judge: no final in the input (--text takes plain text)");
		k->bad = 1;
	}
	mg_lines_free(in);
}

static void
read_text(struct checker *k, const char *task)
{
	struct mg_err e;
	size_t len;
	char *text = mg_read_file("-", MG_TEXT_MAX, &len, &e);

	if (text == NULL)
		mg_die(&e);
	judges_add(k->judges, task, strlen(task), text, len, 0);
	free(text);
}

int
check(int text, const char *task)
{
	struct checker k = { .task = MG_BUF(MG_LINE_MAX), .text = MG_BUF(MG_LINE_MAX) };
	struct mg_lexicon *words;
	struct mg_err e;
	size_t asked;

	if ((words = words_load(0, &e)) == NULL)
		mg_die(&e);
	k.judges = judges_new(words);
	if (text)
		read_text(&k, task);
	else
		read_chunks(&k);
	judges_flush(k.judges);
	asked = judges_asked(k.judges);
	judges_free(k.judges);
	mg_lexicon_free(words);
	mg_buf_free(&k.task);
	mg_buf_free(&k.text);
	return k.bad ? MG_DATA : asked > 0 ? MG_NO : MG_OK;
}
