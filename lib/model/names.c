/* names.c - tools under names that every provider accepts, and back.
 * SPDX-License-Identifier: MIT */
#include "model/names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/mem.h"

static int
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '_' || c == '-';
}

static int
taken(const struct mg_names *t, const char *wire)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->a[i].wire, wire) == 0)
			return 1;
	return 0;
}

const char *
mg_names_wire(struct mg_names *t, const char *real)
{
	struct mg_name *m;
	char end[16], wire[MG_NAME_WIRE + 1];
	size_t i;
	int k, len;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->a[i].real, real) == 0)
			return t->a[i].wire;
	for (i = 0; i < MG_NAME_WIRE && real[i] != '\0'; i++)
		wire[i] = plain(real[i]) ? real[i] : '_';
	if (i == 0)
		wire[i++] = '_';
	wire[i] = '\0';
	for (k = 2; taken(t, wire); k++) {
		len = snprintf(end, sizeof end, "_%d", k);
		memcpy(wire + (i + (size_t)len > MG_NAME_WIRE ? MG_NAME_WIRE - (size_t)len : i),
		    end, (size_t)len + 1);
	}
	t->a = mg_grow(t->a, t->n, &t->cap, sizeof *t->a);
	m = &t->a[t->n++];
	m->real = mg_strdup(real);
	memcpy(m->wire, wire, sizeof wire);
	return m->wire;
}

/* Equal but for case, and for - in place of _. */
static int
alike(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++)
		if (tolower((unsigned char)(*a == '-' ? '_' : *a)) !=
		    tolower((unsigned char)(*b == '-' ? '_' : *b)))
			return 0;
	return *a == *b;
}

const char *
mg_names_real(const struct mg_names *t, const char *wire)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->a[i].wire, wire) == 0)
			return t->a[i].real;
	for (i = 0; i < t->n; i++)
		if (alike(t->a[i].wire, wire)) {
			if (found != NULL)
				return wire;	/* two could be meant: neither is */
			found = t->a[i].real;
		}
	return found != NULL ? found : wire;
}

void
mg_names_free(struct mg_names *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		free(t->a[i].real);
	free(t->a);
	*t = (struct mg_names){ 0 };
}
