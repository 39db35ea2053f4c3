/* scalar.c - what a plain YAML scalar is: null, a truth value, a number, or text.
 * SPDX-License-Identifier: MIT
 *
 * YAML 1.1 as the safe loaders of scripting languages read it, with two departures: base 60 (12:30 as
 * 750) stays text, and 1e5, which 1.1 calls text for want of a point, is a number as in YAML 1.2. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/node.h"

static int
one_of(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(s, *list) == 0)
			return 1;
	return 0;
}

/* Digits of a base, underscores between them allowed; 1 and the value when s is nothing else. */
static int
whole(const char *s, int base, double *value)
{
	double v = 0;
	int digits = 0, d;

	for (; *s != '\0'; s++) {
		if (*s == '_')
			continue;
		d = *s >= '0' && *s <= '9' ? *s - '0' : *s >= 'a' && *s <= 'f' ? *s - 'a' + 10 :
		    *s >= 'A' && *s <= 'F' ? *s - 'A' + 10 : 99;
		if (d >= base)
			return 0;
		v = v * base + d;
		digits++;
	}
	*value = v;
	return digits > 0;
}

static int
integer(const char *s, double *value)
{
	int minus = *s == '-';

	if (*s == '-' || *s == '+')
		s++;
	if (*s == '_')
		return 0;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		if (!whole(s + 2, 16, value))
			return 0;
	} else if (s[0] == '0' && s[1] == 'b') {
		if (!whole(s + 2, 2, value))
			return 0;
	} else if (s[0] == '0' && s[1] == 'o') {
		if (!whole(s + 2, 8, value))
			return 0;
	} else if (s[0] == '0' && s[1] != '\0') {
		if (!whole(s + 1, 8, value))
			return 0;
	} else if (!whole(s, 10, value)) {
		return 0;
	}
	if (minus)
		*value = -*value;
	return isfinite(*value);
}

/* [-+] digits [. digits] [e [-+] digits], a digit at least before the e; copied without underscores. */
static int
fraction(const char *s, double *value)
{
	char b[64];
	size_t n = 0;
	int digits = 0, point = 0, e = 0;
	const char *start = s;

	for (; *s != '\0'; s++) {
		if (n == sizeof b - 1)
			return 0;
		if (*s == '_' && digits > 0 && !e)
			continue;
		if (*s >= '0' && *s <= '9')
			digits++;
		else if (*s == '.' && !point && !e)
			point = 1;
		else if ((*s == 'e' || *s == 'E') && digits > 0 && !e)
			e = 1, digits = 0;
		else if (!((*s == '-' || *s == '+') && (s == start || s[-1] == 'e' || s[-1] == 'E')))
			return 0;
		b[n++] = *s;
	}
	b[n] = '\0';
	if (digits == 0 || (!point && !e))
		return 0;
	errno = 0;
	*value = strtod(b, NULL);	/* no program of ours calls setlocale: the point is a point */
	return isfinite(*value);
}

int
mg_node_plain(struct mg_node *o)
{
	static const char *const none[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const yes[] = { "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On",
		"ON", NULL };
	static const char *const no[] = { "false", "False", "FALSE", "no", "No", "NO", "off", "Off",
		"OFF", NULL };
	static const char *const odd[] = { ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
		"-.Inf", "-.INF", ".nan", ".NaN", ".NAN", NULL };

	o->kind = MG_N_STR;
	if (strlen(o->text) != o->len)
		return 0;
	if (one_of(o->text, none)) {
		o->kind = MG_N_NULL;
	} else if (one_of(o->text, yes) || one_of(o->text, no)) {
		o->kind = MG_N_BOOL;
		o->number = one_of(o->text, yes);
	} else if (one_of(o->text, odd)) {
		return -1;
	} else if (integer(o->text, &o->number)) {
		o->kind = MG_N_INT;
	} else if (fraction(o->text, &o->number)) {
		o->kind = MG_N_FLOAT;
	}
	return 0;
}
