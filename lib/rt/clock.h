/* clock.h - monotonic milliseconds for limits, RFC 3339 for people.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RT_CLOCK_H
#define MG_RT_CLOCK_H

#include <stdint.h>

#define MG_NEVER	INT64_MAX	/* a deadline that does not come */
#define MG_TS_SIZE	25		/* "2026-01-01T00:00:00.000Z" and its NUL */

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t	mg_now(void);
/* The earlier of two deadlines. */
int64_t	mg_sooner(int64_t a, int64_t b);
/* A deadline as a timeout for poll(2): -1 for MG_NEVER, never negative otherwise. */
int	mg_timeout(int64_t deadline);
/* now + seconds; MG_NEVER for seconds <= 0 ("no limit"). */
int64_t	mg_after(double seconds);
/* The wall clock, UTC, milliseconds (RFC 3339). */
void	mg_timestamp(char ts[MG_TS_SIZE]);

#endif
