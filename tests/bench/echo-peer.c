/* echo-peer.c - a peer that measures how long a line takes from one agent to the others.
 * SPDX-License-Identifier: MIT
 *
 *   echo-peer FILE COUNT mg-agent --follow --id ID   (as a launcher)
 *
 * The agent f1 writes COUNT statuses that carry the time, one a millisecond, then an answer.  Every
 * other one notes for each how many nanoseconds it took to come, and at the end writes them to FILE.ID. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
say(const char *p, size_t n)
{
	if (write(1, p, n) != (ssize_t)n)
		exit(1);
}

static void
send_all(long count)
{
	char line[256];
	const struct timespec pause = { 0, 1000000 };
	long i;

	for (i = 1; i <= count; i++) {
		nanosleep(&pause, NULL);
		say(line, (size_t)snprintf(line, sizeof line, "{\"type\":\"status\",\"source\":\"f1\",\"status\":"
		    "\"ping\",\"n\":%ld,\"detail\":\"%lld\"}\n", i, now()));
	}
	say(line, (size_t)snprintf(line, sizeof line, "{\"type\":\"answer\",\"source\":\"f1\",\"label\":\"f1.1\","
	    "\"seen\":{},\"content\":\"x\"}\n"));
}

int
main(int argc, char *argv[])
{
	static const char ready[] = "{\"type\":\"status\",\"source\":\"mg-run\",\"status\":\"ready\"";
	static const char ping[] = "{\"type\":\"status\",\"source\":\"f1\",\"status\":\"ping\"";
	const char *id = argv[argc - 1], *at;
	char *line = NULL, path[4096];
	long count, n = 0, i;
	size_t cap = 0;
	long long *took;
	FILE *f;

	if (argc < 4)
		return 2;
	count = strtol(argv[2], NULL, 10);
	took = calloc((size_t)count, sizeof *took);
	while (took != NULL && getline(&line, &cap, stdin) > 0) {
		if (strncmp(line, ready, sizeof ready - 1) == 0 && strcmp(id, "f1") == 0)
			send_all(count);
		if (strncmp(line, ping, sizeof ping - 1) == 0 && strcmp(id, "f1") != 0 && n < count &&
		    (at = strstr(line, "\"detail\":\"")) != NULL)
			took[n++] = now() - strtoll(at + 10, NULL, 10);
	}
	snprintf(path, sizeof path, "%s.%s", argv[1], id);
	if ((f = fopen(path, "w")) == NULL)
		return 1;
	for (i = 0; i < n; i++)
		fprintf(f, "%lld\n", took[i]);
	free(line);
	free(took);
	return fclose(f) != 0;
}
