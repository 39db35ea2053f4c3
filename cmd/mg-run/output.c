/* output.c - stdout, a pipe's worth at a time.
 * SPDX-License-Identifier: MIT
 *
 * Descriptor 1 is shared with others, so it is never set non-blocking; instead
 * no write is larger than what poll(2) promises room for (PIPE_BUF). */
#include "output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "chunk/chunk.h"
#include "journal.h"
#include "rt/err.h"

#define STEPS 256	/* pieces in one go: then the bus is looked after again */

void
output_final(struct output *o, jv final)
{
	jv content = mg_jv_get(final, "content");

	if (o->format == FORMAT_TEXT) {
		mg_content_text(&o->text, content);
		if (o->text.len > 0 && o->text.p[o->text.len - 1] != '\n')
			mg_buf_addc(&o->text, '\n');
	}
	jv_free(content);
}

void
output_object(struct output *o, jv object)
{
	mg_json_add(&o->text, object);
	mg_buf_addc(&o->text, '\n');
}

int
output_waits(const struct output *o, const struct journal *j)
{
	if (o->format == FORMAT_NDJSON)
		return o->sent < j->end || o->kept_done < j->kept.len;
	return o->text_done < o->text.len;
}

/* The next piece, at most PIPE_BUF bytes of store or borrowed; its length, 0: none, -1. */
static ssize_t
piece(struct output *o, const struct journal *j, char store[PIPE_BUF], const char **p, size_t **done)
{
	const struct mg_buf *b = o->format == FORMAT_NDJSON ? &j->kept : &o->text;
	size_t n = PIPE_BUF;

	if (o->format == FORMAT_NDJSON && o->sent < j->end) {
		if ((off_t)n > j->end - o->sent)
			n = (size_t)(j->end - o->sent);
		*p = store;
		*done = NULL;
		return pread(j->fd, store, n, o->sent);
	}
	*done = o->format == FORMAT_NDJSON ? &o->kept_done : &o->text_done;
	if (n > b->len - **done)
		n = b->len - **done;
	*p = n > 0 ? b->p + **done : NULL;
	return (ssize_t)n;
}

int
output_step(struct output *o, const struct journal *j, struct mg_err *e)
{
	struct pollfd fd = { .fd = 1, .events = POLLOUT };
	char store[PIPE_BUF];
	const char *p;
	size_t *done;
	ssize_t n;
	int i;

	for (i = 0; i < STEPS && output_waits(o, j); i++) {
		if (i > 0 && (poll(&fd, 1, 0) != 1 || !(fd.revents & POLLOUT)))
			break;
		if ((n = piece(o, j, store, &p, &done)) == -1)
			return mg_fail(e, MG_SYS, "journal: %s", strerror(errno));
		if ((n = write(1, p, (size_t)n)) == -1) {
			if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)
				break;
			return mg_fail(e, errno == EPIPE ? MG_OK : MG_SYS, "standard output: %s",
			    strerror(errno));
		}
		if (done != NULL)
			*done += (size_t)n;
		else
			o->sent += n;
	}
	return 1;
}

void
output_free(struct output *o)
{
	mg_buf_free(&o->text);
}
