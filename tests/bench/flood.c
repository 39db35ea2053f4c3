/* flood.c - peers for measuring the bus: an agent that writes content as fast as it is read, and the two
 * offices that end the run.
 * SPDX-License-Identifier: MIT
 *
 *   flood agent LINES BATCH mg-agent --follow --id ID   (as a launcher) LINES content lines, BATCH of them
 *                                                       in each write, then an answer
 *   flood vote AGENTS                                   decides for the first answer when all have one
 *   flood final                                         a final, once it is decided
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads until a line begins with text; 0 at end of input. */
static int
wait_for(const char *text)
{
	static char *line;
	static size_t cap;

	while (getline(&line, &cap, stdin) > 0)
		if (strncmp(line, text, strlen(text)) == 0)
			return 1;
	return 0;
}

static void
say(const char *p, size_t n)
{
	ssize_t w;

	for (; n > 0; p += w, n -= (size_t)w)
		if ((w = write(1, p, n)) <= 0)
			exit(1);
}

static int
agent(long lines, long batch, const char *id)
{
	char *block = malloc((size_t)batch * 256), line[256];
	size_t len, n = 0;
	long i;

	if (block == NULL)
		return 1;
	len = (size_t)snprintf(line, sizeof line, "{\"type\":\"content\",\"source\":\"%s\",\"content\":\"some token\","
	    "\"turn\":\"1\",\"ts\":\"2026-01-01T00:00:00.000Z\"}\n", id);
	if (!wait_for("{\"type\":\"status\",\"source\":\"mg-run\",\"status\":\"ready\""))
		return 1;
	for (i = 0; i < lines; i++) {
		memcpy(block + n, line, len);
		n += len;
		if ((i + 1) % batch == 0 || i + 1 == lines) {
			say(block, n);
			n = 0;
		}
	}
	len = (size_t)snprintf(line, sizeof line, "{\"type\":\"answer\",\"source\":\"%s\",\"label\":\"%s.1\","
	    "\"seen\":{},\"content\":\"x\"}\n", id, id);
	say(line, len);
	free(block);
	while (wait_for(""))
		;
	return 0;
}

int
main(int argc, char *argv[])
{
	static const char decision[] = "{\"type\":\"decision\",\"source\":\"mg-vote\",\"winner\":\"f1\",\"answer\":\"f1.1\"}\n";
	static const char final[] = "{\"type\":\"final\",\"source\":\"mg-final\",\"content\":\"done\"}\n";
	long i;

	if (argc > 4 && strcmp(argv[1], "agent") == 0)
		return agent(strtol(argv[2], NULL, 10), strtol(argv[3], NULL, 10), argv[argc - 1]);
	if (argc > 2 && strcmp(argv[1], "vote") == 0) {
		for (i = strtol(argv[2], NULL, 10); i > 0; i--)
			if (!wait_for("{\"type\":\"answer\""))
				return 1;
		say(decision, sizeof decision - 1);
		return !wait_for("{\"type\":\"decision\"");
	}
	if (!wait_for("{\"type\":\"decision\""))
		return 1;
	say(final, sizeof final - 1);
	return !wait_for("{\"type\":\"final\"");
}
