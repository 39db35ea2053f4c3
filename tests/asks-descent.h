/* asks-descent.h - the least of a smooth function: L-BFGS (Liu and Nocedal 1989) with a backtracking search.
 * SPDX-License-Identifier: MIT */
#ifndef ASKS_DESCENT_H
#define ASKS_DESCENT_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rt/mem.h"

enum { DESCENT_MEMORY = 8, DESCENT_STEPS = 60 };

/* The function at w, and its gradient in g. */
typedef double descent_fn(void *arg, const double *w, double *g);

struct descent {
	size_t	 n;
	double	*w, *g;				/* where it stands; the gradient there */
	double	*w2, *g2, *d;			/* where it may go, the gradient there; the direction */
	double	*s[DESCENT_MEMORY], *y[DESCENT_MEMORY];	/* the last m steps and changes of the gradient */
	unsigned m;
};

static double
descent_dot(const struct descent *t, const double *a, const double *b)
{
	double s = 0;

	for (size_t i = 0; i < t->n; i++)
		s += a[i] * b[i];
	return (s);
}

static void
descent_direction(struct descent *t)
{
	double alpha[DESCENT_MEMORY], beta;

	for (size_t i = 0; i < t->n; i++)
		t->d[i] = -t->g[i];
	for (unsigned k = t->m; k-- > 0;) {
		alpha[k] = descent_dot(t, t->s[k], t->d) / descent_dot(t, t->s[k], t->y[k]);
		for (size_t i = 0; i < t->n; i++)
			t->d[i] -= alpha[k] * t->y[k][i];
	}
	if (t->m > 0) {
		double *s = t->s[t->m - 1], *y = t->y[t->m - 1];

		beta = descent_dot(t, s, y) / descent_dot(t, y, y);
		for (size_t i = 0; i < t->n; i++)
			t->d[i] *= beta;
	}
	for (unsigned k = 0; k < t->m; k++) {
		beta = descent_dot(t, t->y[k], t->d) / descent_dot(t, t->s[k], t->y[k]);
		for (size_t i = 0; i < t->n; i++)
			t->d[i] += (alpha[k] - beta) * t->s[k][i];
	}
}

/* Goes where w2 is, and remembers the step. */
static void
descent_step(struct descent *t)
{
	double *s = t->s[0], *y = t->y[0];

	if (t->m == DESCENT_MEMORY) {	/* the oldest gives its place */
		memmove(t->s, t->s + 1, (DESCENT_MEMORY - 1) * sizeof(*t->s));
		memmove(t->y, t->y + 1, (DESCENT_MEMORY - 1) * sizeof(*t->y));
		t->s[--t->m] = s;
		t->y[t->m] = y;
	}
	for (size_t i = 0; i < t->n; i++) {
		t->s[t->m][i] = t->w2[i] - t->w[i];
		t->y[t->m][i] = t->g2[i] - t->g[i];
	}
	t->m++;
	memcpy(t->w, t->w2, t->n * sizeof(*t->w));
	memcpy(t->g, t->g2, t->n * sizeof(*t->g));
}

/* Leads w, n long, to the least of f, or near it. */
static void
descend(double *w, size_t n, descent_fn *f, void *arg)
{
	double *all = mg_calloc(n * (4 + 2 * DESCENT_MEMORY), sizeof(*all)), now, then = 0, slope, x;
	struct descent t = { .n = n, .w = w, .g = all, .w2 = all + n, .g2 = all + 2 * n, .d = all + 3 * n };

	for (unsigned k = 0; k < DESCENT_MEMORY; k++) {
		t.s[k] = all + (4 + 2 * k) * n;
		t.y[k] = t.s[k] + n;
	}
	now = f(arg, w, t.g);
	/* a gradient of nothing: it is there */
	for (unsigned step = 0; step < DESCENT_STEPS && descent_dot(&t, t.g, t.g) > 0; step++) {
		descent_direction(&t);
		slope = descent_dot(&t, t.d, t.g);
		for (x = step == 0 ? 1 / sqrt(descent_dot(&t, t.g, t.g)) : 1; x > 1e-8; x /= 2) {
			for (size_t i = 0; i < n; i++)
				t.w2[i] = w[i] + x * t.d[i];
			if ((then = f(arg, t.w2, t.g2)) <= now + 1e-4 * x * slope)
				break;
		}
		if (x <= 1e-8 || now - then < 1e-5 * now)
			break;
		descent_step(&t);
		now = then;
	}
	free(all);
}

#endif
