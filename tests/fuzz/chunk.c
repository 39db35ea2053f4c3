/* chunk.c - a line as a chunk: the peek and the parse agree, and what is wrong has its place.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/chunk.h"
#include "coord/state.h"
#include "rt/err.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
same(struct mg_span a, struct mg_span b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct mg_span type, source;
	struct mg_state *state;
	struct mg_chunk c;
	struct mg_bad bad;
	struct mg_err e;
	const char *line = (const char *)p;

	if (mg_chunk_read(&c, line, n, &bad) == -1 || (mg_chunk_peek(line, n, &type, &source) &&
	    (!same(type, c.type_name) || !same(source, c.source))))
		return mg_chunk_read(&c, line, n, &bad) == -1 && bad.pos <= n ? 0 : (abort(), 0);
	if (mg_chunk_check(&c, &bad) == -1)
		return bad.pos <= n ? 0 : (abort(), 0);
	state = mg_state_new();
	mg_state_apply(state, &c, 1, &e);
	mg_state_apply(state, &c, 2, &e);
	mg_state_settle(state);
	mg_state_free(state);
	return 0;
}
