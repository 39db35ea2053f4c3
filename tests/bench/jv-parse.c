/* jv-parse.c - libjq's parse of every line of standard input: what mg-final --check is held against.
 * SPDX-License-Identifier: MIT */
#include <jv.h>
#include <stdio.h>
#include <stdlib.h>

int
main(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int bad = 0;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		jv v = jv_parse_sized(line, (int)n - (line[n - 1] == '\n'));

		bad |= !jv_is_valid(v);
		jv_free(v);
	}
	free(line);
	return bad || ferror(stdin);
}
