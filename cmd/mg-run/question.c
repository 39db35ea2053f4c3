/* question.c - where the question comes from: an operand, stdin, files.
 * SPDX-License-Identifier: MIT
 *
 * A stdin that was not asked for is never read and never waited for. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chunk/attach.h"
#include "opening.h"
#include "options.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/write.h"

/* Data stands in stdin and nobody asked for it: say what would use it. */
static void
hint(const struct options *o)
{
	struct pollfd fd = { .fd = 0, .events = POLLIN };
	struct stat st;
	int n = 0;

	if (o->quiet || o->dash || fstat(0, &st) == -1)
		return;
	if (S_ISREG(st.st_mode))
		n = st.st_size > lseek(0, 0, SEEK_CUR);
	else if ((S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) && poll(&fd, 1, 0) == 1 &&
	    ioctl(0, FIONREAD, &n) == -1)
		n = 0;
	if (n > 0)
		mg_warn("standard input holds data that is not read: add - to give it with the question");
}

static int
is_blank(const char *s, size_t n)
{
	while (n > 0 && strchr(" \t\r\n\v\f", s[n - 1]) != NULL)
		n--;
	return n == 0;
}

/* stdin alone is the question, without its last newline. */
static int
from_stdin(jv *content, struct mg_err *e)
{
	size_t n;
	char *text = mg_read_file("-", MG_LINE_MAX, &n, e);
	int r = 0;

	if (text == NULL)
		return -1;
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	if (is_blank(text, n))
		r = mg_fail(e, MG_USAGE, "no question: standard input is empty");
	else if (!mg_attach_is_text(text, n))
		r = mg_fail(e, MG_USAGE, "no question: standard input is no UTF-8 text "
		    "(give the question as an operand, and - for the data)");
	else
		*content = jv_string_sized(text, (int)n);
	free(text);
	return r;
}

/* stdin beside a question is its material: text below it, anything else a part. */
static int
with_material(const char *question, jv *content, struct mg_err *e)
{
	struct mg_buf b = MG_BUF(MG_LINE_MAX);
	size_t n;
	char *p = mg_read_file("-", MG_LINE_MAX, &n, e);

	if (p == NULL)
		return -1;
	mg_buf_adds(&b, question);
	if (mg_attach_is_text(p, n)) {
		if (n > 0 && (mg_buf_adds(&b, "\n\n") == -1 || mg_buf_add(&b, p, n) == -1)) {
			mg_buf_free(&b);
			free(p);
			return mg_fail(e, MG_DATA, "standard input: longer than 16 MiB");
		}
		*content = jv_string_sized(mg_buf_str(&b), (int)b.len);
	} else {
		*content = mg_attach_add(jv_string(question), mg_attach_bytes(NULL, p, n));
	}
	mg_buf_free(&b);
	free(p);
	return 0;
}

static int
text_of(const struct options *o, jv *content, struct mg_err *e)
{
	int taken = (o->from != NULL && strcmp(o->from, "-") == 0) ||
	    (o->config != NULL && strcmp(o->config, "-") == 0);

	if (o->dash && taken)
		return mg_fail(e, MG_USAGE, "standard input cannot be two things at once");
	if (o->question != NULL && is_blank(o->question, strlen(o->question)))
		return mg_fail(e, MG_USAGE, "the question is empty");
	if (o->question != NULL && o->dash)
		return with_material(o->question, content, e);
	if (o->question != NULL) {
		if (!mg_attach_is_text(o->question, strlen(o->question)))
			return mg_fail(e, MG_USAGE, "the question is no UTF-8 text");
		*content = jv_string(o->question);
		if (!taken)
			hint(o);
		return 0;
	}
	if (o->dash || (o->from == NULL && !taken && !isatty(0)))
		return from_stdin(content, e);
	if (o->from == NULL)
		return mg_fail(e, MG_USAGE, "no question: mg-run \"Why is the sky blue?\", or - to read it from "
		    "standard input");
	return 0;
}

int
question_read(const struct options *o, jv *content, struct mg_err *e)
{
	jv part;
	size_t i;

	*content = jv_invalid();
	if (text_of(o, content, e) == -1)
		return -1;
	for (i = 0; i < o->files.n; i++) {
		if (!jv_is_valid(*content))
			return mg_fail(e, MG_USAGE, "--file: a file belongs to a question, and there is none");
		part = mg_attach_file(o->files.w[i], e);
		if (!jv_is_valid(part)) {
			jv_free(*content);
			*content = jv_invalid();
			return -1;
		}
		*content = mg_attach_add(*content, part);
	}
	return 0;
}
