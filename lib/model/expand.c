/* expand.c - ${NAME} in an address or a key.
 * SPDX-License-Identifier: MIT */
#include "model/expand.h"

#include <stdlib.h>
#include <string.h>

#include "rt/bounds.h"
#include "rt/buf.h"
#include "rt/err.h"
#include "rt/mem.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"

/* The length of ${NAME} or ${NAME:-otherwise} at p, 0 where there is none; *name is NAME's. */
static size_t
reference(const char *p, size_t *name)
{
	size_t n, end;

	if (p[0] != '$' || p[1] != '{' || p[2] == '\0' || strchr(LETTERS, p[2]) == NULL)
		return 0;
	n = strspn(p + 2, LETTERS "0123456789");
	end = 2 + n;
	if (p[end] == ':' && p[end + 1] == '-')
		end += strcspn(p + end, "}");
	*name = n;
	return p[end] == '}' ? end + 1 : 0;
}

char *
mg_expand(const char *text, struct mg_err *e)
{
	struct mg_buf b = MG_BUF(MG_MIB);
	size_t len, n;
	const char *value;
	char *name;

	for (; *text != '\0'; text += len) {
		if ((len = reference(text, &n)) == 0) {
			mg_buf_addc(&b, *text);
			len = 1;
			continue;
		}
		name = mg_memdup(text + 2, n);
		value = getenv(name);
		if ((value == NULL || *value == '\0') && text[2 + n] == ':') {
			mg_buf_add(&b, text + n + 4, len - n - 5);
		} else if (value == NULL) {
			mg_fail(e, MG_USAGE, "${%.100s}: that variable is not set", name);
			free(name);
			mg_buf_free(&b);
			return NULL;
		} else {
			mg_buf_adds(&b, value);
		}
		free(name);
	}
	return mg_buf_take(&b, NULL);
}

char *
mg_expand_alone(const char *text)
{
	size_t n, len = reference(text, &n);

	return len > 0 && text[len] == '\0' && text[2 + n] == '}' ? mg_memdup(text + 2, n) : NULL;
}
