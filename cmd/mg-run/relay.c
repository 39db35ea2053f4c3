/* relay.c - one list of lines, a cursor for each peer.
 * SPDX-License-Identifier: MIT */
#include "relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "rt/mem.h"

#define BATCH 64	/* lines of one writev */

void
relay_add(struct relay *r, const char *line, size_t len, int to, int ready)
{
	struct relay_line *l;

	r->line = mg_grow(r->line, r->n, &r->cap, sizeof *r->line);
	l = &r->line[r->n++];
	*l = (struct relay_line){ mg_memdup(line, len), len + 1, to, ready };
	l->text[len] = '\n';	/* in the NUL's place: lines are counted, not terminated */
}

int
relay_skips(const struct relay *r, const struct cursor *c, size_t i, int who)
{
	const struct relay_line *l = &r->line[i];

	if (i < c->replay)
		return l->to != RELAY_ALL || l->ready;
	return l->to != RELAY_ALL && l->to != who;
}

void
relay_rewind(const struct relay *r, struct cursor *c)
{
	*c = (struct cursor){ .replay = r->n };
}

int
relay_waiting(const struct relay *r, struct cursor *c, int who)
{
	while (c->next < r->open && c->off == 0 && relay_skips(r, c, c->next, who))
		c->next++;
	return c->next < r->open;
}

/* n bytes of the lines from the cursor on are written. */
static void
advance(struct relay *r, struct cursor *c, int who, size_t n)
{
	struct relay_line *l;
	size_t part;

	while (n > 0) {
		if (relay_skips(r, c, c->next, who)) {
			c->next++;
			continue;
		}
		l = &r->line[c->next];
		part = l->len - c->off < n ? l->len - c->off : n;
		n -= part;
		c->off += part;
		if (c->next >= c->replay)
			c->owed -= part;
		if (c->off < l->len)
			return;
		c->off = 0;
		c->next++;
		if (l->to != RELAY_ALL) {	/* nobody reads it again */
			free(l->text);
			l->text = NULL;
		}
	}
}

int
relay_write(struct relay *r, struct cursor *c, int who, int fd)
{
	struct iovec v[BATCH];
	size_t i, off, total;
	ssize_t n;
	int k;

	while (relay_waiting(r, c, who)) {
		for (i = c->next, off = c->off, k = 0, total = 0; i < r->open && k < BATCH; i++, off = 0) {
			if (off == 0 && relay_skips(r, c, i, who))
				continue;
			v[k].iov_base = r->line[i].text + off;
			v[k].iov_len = r->line[i].len - off;
			total += v[k++].iov_len;
		}
		do
			n = writev(fd, v, k);
		while (n == -1 && errno == EINTR);
		if (n == -1)
			return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
		advance(r, c, who, (size_t)n);
		if ((size_t)n < total)
			return 0;
	}
	return 1;
}

void
relay_free(struct relay *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		free(r->line[i].text);
	free(r->line);
	*r = (struct relay){ 0 };
}
