/* json.c - a strict check of JSON text (RFC 8259), and where an object's members stand in it.
 * SPDX-License-Identifier: MIT */
#include "chunk/json.h"

#include <string.h>

#include "rt/bounds.h"

struct scan {
	const char		*s, *p, *end;
	const char		*why;
	struct mg_member	*m;	/* where the members of the outermost object go */
	size_t			 max, count;
	unsigned char		 open[MG_DEPTH_MAX];	/* '{' or '[' */
	size_t			 depth;
};

static int
bad(struct scan *c, const char *why)
{
	c->why = why;
	return -1;
}

static void
blank(struct scan *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
		c->p++;
}

/* The length of the UTF-8 sequence at p (RFC 3629), or 0 where it is none. */
static size_t
utf8(const unsigned char *p, size_t left)
{
	size_t n, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (left < n)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static int
hex4(const char *p, const char *end)
{
	int i, v = 0;
	char c;

	if (end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		c = p[i];
		v = v * 16 + (c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -100000);
		if (v < 0)
			return -1;
	}
	return v;
}

static int
escape(struct scan *c)
{
	if (c->p + 1 >= c->end)
		return bad(c, "the string is not closed");
	if (c->p[1] == 'u') {
		if (hex4(c->p + 2, c->end) < 0)
			return bad(c, "\\u needs four hexadecimal digits");
		c->p += 6;
	} else if (strchr("\"\\/bfnrt", c->p[1]) != NULL && c->p[1] != '\0') {
		c->p += 2;
	} else {
		return bad(c, "no such escape");
	}
	return 0;
}

#define PLAIN(ch) ((unsigned char)(ch) >= 0x20 && (unsigned char)(ch) < 0x80 && (ch) != '"' && (ch) != '\\')

/* Eight bytes at once: are they all plain? */
static int
plain8(const char *p)
{
	unsigned long long w, q, b;
	const unsigned long long ones = 0x0101010101010101ULL, high = 0x8080808080808080ULL;

	memcpy(&w, p, 8);
	q = w ^ (ones * '"');
	b = w ^ (ones * '\\');
	return ((w | (w - ones * 0x20) | ((q - ones) & ~q) | ((b - ones) & ~b)) & high) == 0;
}

static int
string(struct scan *c)
{
	size_t n;

	c->p++;
	for (;;) {
		while (c->end - c->p >= 8 && plain8(c->p))
			c->p += 8;
		while (c->p < c->end && PLAIN(*c->p))
			c->p++;
		if (c->p >= c->end)
			return bad(c, "the string is not closed");
		if (*c->p == '"') {
			c->p++;
			return 0;
		}
		if (*c->p == '\\') {
			if (escape(c) == -1)
				return -1;
		} else if ((unsigned char)*c->p < 0x20) {
			return bad(c, "a control character in a string must be escaped");
		} else {
			if ((n = utf8((const unsigned char *)c->p, (size_t)(c->end - c->p))) == 0)
				return bad(c, "not UTF-8");
			c->p += n;
		}
	}
}

static size_t
digits(struct scan *c)
{
	const char *start = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return (size_t)(c->p - start);
}

static int
number(struct scan *c)
{
	if (*c->p == '-')
		c->p++;
	if (c->p < c->end && *c->p == '0')
		c->p++;
	else if (digits(c) == 0)
		return bad(c, "a value was expected");
	if (c->p < c->end && *c->p == '.') {
		c->p++;
		if (digits(c) == 0)
			return bad(c, "a digit was expected after the point");
	}
	if (c->p < c->end && (*c->p == 'e' || *c->p == 'E')) {
		c->p++;
		if (c->p < c->end && (*c->p == '+' || *c->p == '-'))
			c->p++;
		if (digits(c) == 0)
			return bad(c, "a digit was expected in the exponent");
	}
	return 0;
}

static int
word(struct scan *c, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, w, n) != 0)
		return bad(c, "a value was expected");
	c->p += n;
	return 0;
}

static int
scalar(struct scan *c)
{
	switch (*c->p) {
	case '"':
		return string(c);
	case 't':
		return word(c, "true");
	case 'f':
		return word(c, "false");
	case 'n':
		return word(c, "null");
	default:
		return number(c);
	}
}

/* A key and its colon; keeps it where it belongs to the outermost object. */
static int
key(struct scan *c)
{
	const char *start;

	blank(c);
	if (c->p >= c->end || *c->p != '"')
		return bad(c, "a key in double quotes was expected");
	start = c->p + 1;
	if (string(c) == -1)
		return -1;
	if (c->depth == 1 && c->m != NULL && c->count < c->max)
		c->m[c->count].key = (struct mg_span){ start, (size_t)(c->p - 1 - start) };
	blank(c);
	if (c->p >= c->end || *c->p != ':')
		return bad(c, "a colon was expected");
	c->p++;
	blank(c);
	if (c->depth == 1 && c->m != NULL && c->count < c->max)
		c->m[c->count].val.p = c->p;
	return 0;
}

/* After a value: closes what ends here, steps over a comma.  1: a value
 * follows, 0: all is closed, -1. */
static int
after(struct scan *c)
{
	while (c->depth > 0) {
		if (c->depth == 1 && c->open[0] == '{') {
			if (c->m != NULL && c->count < c->max)
				c->m[c->count].val.n = (size_t)(c->p - c->m[c->count].val.p);
			c->count++;
		}
		blank(c);
		if (c->p >= c->end)
			return bad(c, c->open[c->depth - 1] == '{' ? "the object is not closed" :
			    "the array is not closed");
		if (*c->p == ',') {
			c->p++;
			if (c->open[c->depth - 1] == '{')
				return key(c) == -1 ? -1 : 1;
			return 1;
		}
		if (*c->p != (c->open[c->depth - 1] == '{' ? '}' : ']'))
			return bad(c, c->open[c->depth - 1] == '{' ? "a comma or } was expected" :
			    "a comma or ] was expected");
		c->p++;
		c->depth--;
	}
	return 0;
}

/* Opens an object or array.  1: a value follows, 0: it was empty and closed, -1. */
static int
begin(struct scan *c)
{
	char open = *c->p;

	if (c->depth == MG_DEPTH_MAX)
		return bad(c, "nested too deep");
	c->open[c->depth++] = (unsigned char)open;
	c->p++;
	blank(c);
	if (c->p < c->end && *c->p == (open == '{' ? '}' : ']')) {
		c->p++;
		c->depth--;
		return 0;
	}
	if (open == '{')
		return key(c) == -1 ? -1 : 1;
	return 1;
}

static int
value(struct scan *c)
{
	int r;

	do {
		blank(c);
		if (c->p >= c->end)
			return bad(c, "a value was expected");
		if (*c->p == '{' || *c->p == '[')
			r = begin(c);
		else
			r = scalar(c);
		if (r == 1)
			continue;
		if (r == 0)
			r = after(c);
	} while (r == 1);
	return r;
}

static int
whole(struct scan *c, struct mg_bad *b)
{
	int r = value(c);

	if (r == 0) {
		blank(c);
		if (c->p < c->end)
			r = bad(c, "something follows the value");
	}
	if (r == -1)
		*b = (struct mg_bad){ (size_t)(c->p - c->s), c->why };
	return r;
}

int
mg_json_check(const char *s, size_t n, struct mg_bad *b)
{
	struct scan c = { .s = s, .p = s, .end = s + n };

	return whole(&c, b);
}

int
mg_json_object(const char *s, size_t n, struct mg_member *m, size_t max, size_t *count,
    struct mg_bad *b)
{
	struct scan c = { .s = s, .p = s, .end = s + n, .m = m, .max = max };

	blank(&c);
	if (c.p >= c.end || *c.p != '{') {
		*b = (struct mg_bad){ (size_t)(c.p - s), "an object was expected" };
		return -1;
	}
	if (whole(&c, b) == -1)
		return -1;
	*count = c.count;
	return 0;
}

void
mg_json_quote(struct mg_buf *b, const char *s, size_t n)
{
	const char *end = s + n, *from = s;
	size_t k;

	mg_buf_addc(b, '"');
	while (s < end) {
		if (PLAIN(*s)) {
			s++;
			continue;
		}
		if ((unsigned char)*s >= 0x80 &&
		    (k = utf8((const unsigned char *)s, (size_t)(end - s))) > 0) {
			s += k;
			continue;
		}
		mg_buf_add(b, from, (size_t)(s - from));
		if (*s == '"' || *s == '\\')
			mg_buf_printf(b, "\\%c", *s);
		else if (*s == '\n')
			mg_buf_add(b, "\\n", 2);
		else if (*s == '\t')
			mg_buf_add(b, "\\t", 2);
		else if (*s == '\r')
			mg_buf_add(b, "\\r", 2);
		else if ((unsigned char)*s < 0x20)
			mg_buf_printf(b, "\\u%04x", (unsigned)(unsigned char)*s);
		else
			mg_buf_add(b, "\357\277\275", 3);
		from = ++s;
	}
	mg_buf_add(b, from, (size_t)(s - from));
	mg_buf_addc(b, '"');
}

static void
add_utf8(struct mg_buf *b, unsigned c)
{
	char u[4];

	if (c < 0x80) {
		mg_buf_addc(b, (char)c);
	} else if (c < 0x800) {
		u[0] = (char)(0xc0 | c >> 6);
		u[1] = (char)(0x80 | (c & 0x3f));
		mg_buf_add(b, u, 2);
	} else if (c < 0x10000) {
		u[0] = (char)(0xe0 | c >> 12);
		u[1] = (char)(0x80 | (c >> 6 & 0x3f));
		u[2] = (char)(0x80 | (c & 0x3f));
		mg_buf_add(b, u, 3);
	} else {
		u[0] = (char)(0xf0 | c >> 18);
		u[1] = (char)(0x80 | (c >> 12 & 0x3f));
		u[2] = (char)(0x80 | (c >> 6 & 0x3f));
		u[3] = (char)(0x80 | (c & 0x3f));
		mg_buf_add(b, u, 4);
	}
}

/* \uXXXX at s, a pair where two halves stand together; the bytes it took. */
static size_t
unescape_u(struct mg_buf *b, const char *s, const char *end)
{
	int c = hex4(s + 2, end), d;

	if (c >= 0xd800 && c < 0xdc00 && end - s >= 12 && s[6] == '\\' && s[7] == 'u' &&
	    (d = hex4(s + 8, end)) >= 0xdc00 && d < 0xe000) {
		add_utf8(b, 0x10000 + (((unsigned)c & 0x3ff) << 10) + ((unsigned)d & 0x3ff));
		return 12;
	}
	add_utf8(b, c < 0 || (c >= 0xd800 && c < 0xe000) ? 0xfffd : (unsigned)c);
	return 6;
}

void
mg_json_unquote(struct mg_buf *b, const char *s, size_t n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *end, *slash, *f;

	if (n < 2)
		return;
	end = s + n - 1;
	s++;
	while (s < end) {
		if ((slash = memchr(s, '\\', (size_t)(end - s))) == NULL || slash + 1 >= end) {
			mg_buf_add(b, s, (size_t)(end - s));
			return;
		}
		mg_buf_add(b, s, (size_t)(slash - s));
		s = slash;
		if (s[1] == 'u') {
			s += unescape_u(b, s, end);
		} else {
			f = strchr(from, s[1]);
			mg_buf_addc(b, f != NULL ? to[f - from] : s[1]);
			s += 2;
		}
	}
}

int
mg_span_is(struct mg_span s, const char *text)
{
	return strlen(text) == s.n && memcmp(s.p, text, s.n) == 0;
}

size_t
mg_utf8_prefix(const char *s, size_t n)
{
	size_t i = 0, k;

	while (i < n) {
		if (n - i >= 8 && plain8(s + i))
			k = 8;
		else if ((k = utf8((const unsigned char *)s + i, n - i)) == 0)
			break;
		i += k;
	}
	return i;
}
