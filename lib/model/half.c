/* half.c - surrogate halves that come in two pieces.
 * SPDX-License-Identifier: MIT */
#include "model/half.h"

#include <string.h>

/* A half h stands as U+10F800 + (h - U+D800): F4 8F A0 80 to F4 8F BF BF. */
#define MARK0	0xf4
#define MARK1	0x8f

static const char lost[] = "\357\277\275";	/* U+FFFD */

/* The half that a \uXXXX at p (six bytes are there) says, or 0. */
static unsigned
half_at(const char *p)
{
	unsigned v = 0;
	int i;
	char c;

	for (i = 2; i < 6; i++) {
		c = p[i];
		if (c >= '0' && c <= '9')
			v = v * 16 + (unsigned)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v * 16 + (unsigned)((c | 0x20) - 'a') + 10;
		else
			return 0;
	}
	return v >= 0xd800 && v < 0xe000 ? v : 0;
}

static void
add_mark(struct mg_buf *out, unsigned half)
{
	unsigned x = half - 0xd800;
	char u[4] = { (char)MARK0, (char)MARK1, (char)(0xa0 | x >> 6), (char)(0x80 | (x & 0x3f)) };

	mg_buf_add(out, u, 4);
}

/* The next lone half from p on; NULL: none. */
static const char *
next_lone(const char *p, const char *end)
{
	unsigned h;

	while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL && end - p >= 6) {
		if (p[1] != 'u') {
			p += 2;
		} else if ((h = half_at(p)) == 0) {
			p += 6;
		} else if (h < 0xdc00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u' &&
		    half_at(p + 6) >= 0xdc00) {
			p += 12;
		} else {
			return p;
		}
	}
	return NULL;
}

int
mg_half_mark(struct mg_buf *out, const char *json, size_t n)
{
	const char *p = json, *end = json + n, *lone;

	if (memchr(json, '\\', n) == NULL || (lone = next_lone(json, end)) == NULL)
		return 0;
	mg_buf_clear(out);
	for (; lone != NULL; lone = next_lone(p, end)) {
		mg_buf_add(out, p, (size_t)(lone - p));
		add_mark(out, half_at(lone));
		p = lone + 6;
	}
	mg_buf_add(out, p, (size_t)(end - p));
	return 1;
}

static void
add_pair(struct mg_buf *out, unsigned high, unsigned low)
{
	unsigned c = 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
	char u[4] = { (char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)),
	    (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f)) };

	mg_buf_add(out, u, 4);
}

static void
half_came(struct mg_half *h, struct mg_buf *out, unsigned half)
{
	if (half < 0xdc00) {
		mg_half_end(h, out);
		h->high = half;
	} else if (h->high != 0) {
		add_pair(out, h->high, half);
		h->high = 0;
	} else {
		mg_buf_add(out, lost, 3);
	}
}

void
mg_half_add(struct mg_half *h, struct mg_buf *out, const char *s, size_t n, int marked)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + n, *m;

	while (marked && p < end) {
		if ((m = memchr(p, MARK0, (size_t)(end - p))) == NULL || end - m < 4)
			break;
		if (m[1] != MARK1 || m[2] < 0xa0) {
			mg_half_end(h, out);
			mg_buf_add(out, p, (size_t)(m + 4 - p));
			p = m + 4;
			continue;
		}
		if (m > p) {
			mg_half_end(h, out);
			mg_buf_add(out, p, (size_t)(m - p));
		}
		half_came(h, out, 0xd800 + ((m[2] & 0x1fu) << 6) + (m[3] & 0x3fu));
		p = m + 4;
	}
	if (p < end) {
		mg_half_end(h, out);
		mg_buf_add(out, p, (size_t)(end - p));
	}
}

void
mg_half_end(struct mg_half *h, struct mg_buf *out)
{
	if (h->high != 0)
		mg_buf_add(out, lost, 3);
	h->high = 0;
}
