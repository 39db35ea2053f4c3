/* reply.c - any bytes as a server's reply: the reader, the provider's jq and the assembly survive them,
 * and the result is the same however the bytes are cut.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/body.h"
#include "model/names.h"
#include "model/provider.h"
#include "rt/bounds.h"
#include "rt/err.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
const char *__asan_default_options(void);

/* libjq 1.6 forgets a string where a value is followed by what it did not expect. */
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* What the bytes amount to, read in pieces of the given size. */
static void
run(struct mg_buf *out, struct mg_provider *p, const char *s, size_t n, size_t piece, int status)
{
	struct mg_call_spec spec = { .backend = jv_object() };
	struct mg_names names = { 0 };
	struct mg_assembly a;
	struct mg_body b;
	size_t i;

	mg_assembly_init(&a, &spec, &names);
	mg_body_init(&b, p, &a);
	for (i = 0; i < n; i += piece)
		if (mg_body_feed(&b, status, s + i, n - i < piece ? n - i : piece) == -1)
			break;
	mg_body_end(&b, status);
	mg_assembly_finish(&a);
	mg_buf_printf(out, "%s|%s|%s|%zu|%ld|", a.reply.stop, a.reply.code, a.reply.message, a.reply.ncall,
	    a.reply.input);
	mg_buf_add(out, mg_buf_str(&a.reply.text), a.reply.text.len);
	mg_buf_add(out, mg_buf_str(&a.reply.reasoning), a.reply.reasoning.len);
	for (i = 0; i < a.reply.ncall; i++)
		mg_buf_printf(out, "|%s|%s|%d", a.reply.call[i].name, a.reply.call[i].arguments, a.reply.call[i].cut);
	mg_body_free(&b);
	mg_assembly_free(&a);
	jv_free(spec.backend);
}

int
LLVMFuzzerTestOneInput(const uint8_t *s, size_t n)
{
	static struct mg_provider *p;	/* compiled once */
	struct mg_buf whole = MG_BUF(MG_BODY_MAX), bytes = MG_BUF(MG_BODY_MAX);
	struct mg_err e;
	int status = n > 0 && s[n - 1] == '5' ? 500 : 200;

	if (p == NULL && (p = mg_provider_new("openai-chat", &e)) == NULL)
		mg_die(&e);
	run(&whole, p, (const char *)s, n, n > 0 ? n : 1, status);
	run(&bytes, p, (const char *)s, n, 1, status);
	if (whole.len != bytes.len || memcmp(mg_buf_str(&whole), mg_buf_str(&bytes), whole.len) != 0)
		abort();
	mg_buf_free(&whole);
	mg_buf_free(&bytes);
	return 0;
}
