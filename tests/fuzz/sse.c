/* sse.c - the parser of server-sent events: the same events however the bytes are cut.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/sse.h"
#include "rt/bounds.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
note(void *arg, const char *event, const char *data, size_t len)
{
	mg_buf_printf(arg, "%s|%zu|", event != NULL ? event : "", len);
	mg_buf_add(arg, data, len);
	return data[len] == '\0' ? 0 : -1;
}

/* The events of p[0..n), fed in pieces of the given size. */
static void
run(struct mg_buf *out, const char *p, size_t n, size_t piece)
{
	struct mg_sse s;
	size_t i;

	mg_sse_init(&s);
	for (i = 0; i < n; i += piece)
		if (mg_sse_feed(&s, p + i, n - i < piece ? n - i : piece, note, out) != 0)
			abort();
	if (mg_sse_end(&s, note, out) != 0)
		abort();
	mg_sse_free(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct mg_buf whole = MG_BUF(MG_SSE_MAX), bytes = MG_BUF(MG_SSE_MAX), some = MG_BUF(MG_SSE_MAX);

	run(&whole, (const char *)p, n, n > 0 ? n : 1);
	run(&bytes, (const char *)p, n, 1);
	run(&some, (const char *)p, n, 7);
	if (whole.len != bytes.len || whole.len != some.len ||
	    memcmp(mg_buf_str(&whole), mg_buf_str(&bytes), whole.len) != 0 ||
	    memcmp(mg_buf_str(&whole), mg_buf_str(&some), whole.len) != 0)
		abort();
	mg_buf_free(&whole);
	mg_buf_free(&bytes);
	mg_buf_free(&some);
	return 0;
}
