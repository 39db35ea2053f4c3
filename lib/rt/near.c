/* near.c - which word of a list was probably meant.
 * SPDX-License-Identifier: MIT */
#include "rt/near.h"

#include <ctype.h>
#include <string.h>

#define LONGEST 63	/* no key of ours is longer */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Slips between a and b: optimal string alignment, three rows of the table. */
static size_t
slips(const char *a, size_t na, const char *b, size_t nb)
{
	size_t row[3][LONGEST + 1], i, j, v, *up, *now, *before;

	for (j = 0; j <= nb; j++)
		row[0][j] = j;
	for (i = 1; i <= na; i++) {
		up = row[(i - 1) % 3];
		now = row[i % 3];
		now[0] = i;
		for (j = 1; j <= nb; j++) {
			v = least(least(up[j], now[j - 1]) + 1, up[j - 1] + !same(a[i - 1], b[j - 1]));
			before = row[(i + 1) % 3];	/* i - 2 */
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				v = least(v, before[j - 2] + 1);
			now[j] = v;
		}
	}
	return row[na % 3][nb];
}

const char *
mg_near(const char *word, const char *const *list)
{
	const char *best = NULL;
	size_t n = strlen(word), m, d, limit;

	if (n > LONGEST)
		return NULL;
	limit = n < 6 ? 1 : n / 3;
	for (; *list != NULL; list++) {
		if ((m = strlen(*list)) > LONGEST)
			continue;
		d = slips(word, n, *list, m);
		if (d < limit + (best == NULL)) {
			best = *list;
			limit = d;
		}
	}
	return best;
}
