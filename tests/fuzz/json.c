/* json.c - the strict scanner: what it accepts libjq parses, and text survives quoting.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/json.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct mg_buf quoted = MG_BUF((size_t)-2), back = MG_BUF((size_t)-2);
	const char *s = (const char *)p;
	struct mg_bad bad = { 0, NULL };
	jv v;

	if (mg_json_check(s, n, &bad) == 0) {
		v = *s != '"' ? mg_json_value((struct mg_span){ s, n }) : jv_null();
		if (!jv_is_valid(v))
			abort();
		jv_free(v);
	} else if (bad.pos > n || bad.why == NULL) {
		abort();
	}
	mg_json_quote(&quoted, s, n);
	if (mg_json_check(quoted.p, quoted.len, &bad) == -1)
		abort();
	mg_json_unquote(&back, quoted.p, quoted.len);
	if ((mg_utf8_prefix(s, n) == n) != (back.len == n && (n == 0 || memcmp(back.p, s, n) == 0)))
		abort();	/* only what is not UTF-8 is replaced */
	mg_buf_free(&quoted);
	mg_buf_free(&back);
	return 0;
}
