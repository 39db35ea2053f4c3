/* make.c - what the subcommands that make a chunk share: text in, one line out.
 * SPDX-License-Identifier: MIT */
#include "make.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/attach.h"
#include "chunk/chunk.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/write.h"

/* A JSON string cannot hold what is not UTF-8, and no model reads a NUL: to
 * replace either in silence would change what is asked. */
static void
must_be_text(const char *what, const char *p, size_t n)
{
	const char *nul = memchr(p, '\0', n);
	size_t good = mg_utf8_prefix(p, n);

	if (good < n)
		mg_quit(MG_DATA, "%s: byte %zu is not UTF-8: convert it first, or attach the file with -f",
		    what, good + 1);
	if (nul != NULL)
		mg_quit(MG_DATA, "%s: byte %zu is a NUL: this is no text, attach the file with -f", what,
		    (size_t)(nul - p) + 1);
}

jv
make_text(const char *operand)
{
	struct mg_err e;
	jv v = jv_null();
	char *text;
	size_t n;

	if (strcmp(operand, "-") != 0) {
		must_be_text("text", operand, strlen(operand));
		return jv_string(operand);
	}
	text = mg_read_file("-", MG_LINE_MAX, &n, &e);
	if (text == NULL) {
		mg_die(&e);
	} else {
		must_be_text("standard input", text, n);
		v = jv_string_sized(text, (int)n);
		free(text);
	}
	return v;
}

jv
make_content(const char *text, char *const *files, int n)
{
	jv content = make_text(text), part;
	struct mg_err e;
	int i;

	for (i = 0; i < n; i++) {
		part = mg_attach_file(files[i], &e);
		if (!jv_is_valid(part))
			mg_die(&e);
		content = mg_attach_add(content, part);
	}
	return content;
}

void
make_line(struct mg_buf *b)
{
	struct mg_chunk c;
	struct mg_bad bad;

	if (b->len > MG_LINE_MAX)
		mg_quit(MG_DATA, "the chunk would be %zu bytes long, a line is at most %zu: attach less, "
		    "or name the file in the text", b->len, MG_LINE_MAX);
	if (mg_chunk_read(&c, b->p, b->len - 1, &bad) == -1 || mg_chunk_check(&c, &bad) == -1)
		mg_quit(MG_USAGE, "%s", bad.why);
	if (fwrite(b->p, 1, b->len, stdout) != b->len)
		mg_quit(MG_SYS, "standard output: %s", strerror(errno));
	mg_buf_free(b);
}

void
make_file_add(struct make_files *f, char *name, int most)
{
	if (f->name == NULL)
		f->name = mg_calloc((size_t)most, sizeof *f->name);
	f->name[f->n++] = name;
}
