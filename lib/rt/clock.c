/* clock.c - monotonic milliseconds for limits, RFC 3339 for people.
 * SPDX-License-Identifier: MIT */
#include "rt/clock.h"

#include <limits.h>
#include <stdio.h>
#include <time.h>

int64_t
mg_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
mg_sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int
mg_timeout(int64_t deadline)
{
	int64_t left;

	if (deadline == MG_NEVER)
		return -1;
	left = deadline - mg_now();
	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

int64_t
mg_after(double seconds)
{
	if (!(seconds > 0) || seconds > 1e12)
		return MG_NEVER;
	return mg_now() + (int64_t)(seconds * 1000);
}

void
mg_timestamp(char ts[MG_TS_SIZE])
{
	static time_t second = -1;	/* gmtime once a second, not once a token */
	static char text[20];
	struct timespec t;
	struct tm tm;
	unsigned ms;

	clock_gettime(CLOCK_REALTIME, &t);
	if (t.tv_sec != second) {
		if (gmtime_r(&t.tv_sec, &tm) == NULL ||
		    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
			snprintf(text, sizeof text, "1970-01-01T00:00:00");
		second = t.tv_sec;
	}
	ms = (unsigned)(t.tv_nsec / 1000000) % 1000;
	snprintf(ts, MG_TS_SIZE, "%s.%03uZ", text, ms);
}
