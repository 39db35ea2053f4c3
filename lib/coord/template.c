/* template.c - the words that agents read, with places for variables.
 * SPDX-License-Identifier: MIT */
#include "coord/template.h"

#include <stdlib.h>
#include <string.h>

#include "rt/err.h"
#include "rt/mem.h"
#include "rt/share.h"

static const char *
value(const struct mg_var *vars, const char *name, size_t n)
{
	for (; vars->name != NULL; vars++)
		if (strlen(vars->name) == n && memcmp(vars->name, name, n) == 0)
			return vars->text != NULL ? vars->text : "";
	return NULL;
}

/* The end of the mark {{/name}} that closes the section, searched from s. */
static const char *
section_end(const char *s, const char *name, size_t n, const char **after)
{
	char *mark = mg_printf("{{/%.*s}}", (int)n, name);
	const char *p = strstr(s, mark);

	if (p != NULL) {
		*after = p + strlen(mark);
		if (**after == '\n' && (p == s || p[-1] == '\n'))
			++*after;
	}
	free(mark);
	return p;
}

int
mg_template_fill(struct mg_buf *out, const char *text, const struct mg_var *vars, struct mg_err *e)
{
	const char *open, *close, *name, *v, *end, *after;
	char kind, *inner;
	size_t n;
	int r;

	for (; (open = strstr(text, "{{")) != NULL; text = after) {
		mg_buf_add(out, text, (size_t)(open - text));
		if ((close = strstr(open, "}}")) == NULL)
			return mg_fail(e, MG_USAGE, "a {{ is not closed");
		kind = open[2] == '#' || open[2] == '^' ? open[2] : '\0';
		name = open + 2 + (kind != '\0');
		n = (size_t)(close - name);
		if ((v = value(vars, name, n)) == NULL)
			return mg_fail(e, MG_USAGE, "no such variable: %.*s", (int)(n < 60 ? n : 60), name);
		after = close + 2;
		if (kind == '\0') {
			mg_buf_adds(out, v);
			continue;
		}
		if (*after == '\n' && (open == text || open[-1] == '\n'))
			after++;
		if ((end = section_end(after, name, n, &close)) == NULL)
			return mg_fail(e, MG_USAGE, "{{%c%.*s}} is not closed", kind, (int)(n < 60 ? n : 60), name);
		inner = mg_memdup(after, (size_t)(end - after));
		r = (*v != '\0') == (kind == '#') ? mg_template_fill(out, inner, vars, e) : 0;
		free(inner);
		if (r == -1)
			return -1;
		after = close;
	}
	mg_buf_adds(out, text);
	return 0;
}

int
mg_template(struct mg_buf *out, const char *name, const struct mg_var *vars, struct mg_err *e)
{
	char *path = mg_printf("prompts/%s.txt", name), *text, *where = NULL;
	struct mg_err inner;
	int r = -1;

	if ((text = mg_share_text(path, NULL, &where, e)) != NULL &&
	    (r = mg_template_fill(out, text, vars, &inner)) == -1)
		mg_fail(e, inner.code, "%s (%s): %s", path, where, inner.msg);
	free(text);
	free(where);
	free(path);
	return r;
}
