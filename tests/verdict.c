/* verdict.c - prints what mg_verdict_judge says of each line of standard input: {task, final}.
 * SPDX-License-Identifier: MIT
 *
 * verdict WORDS... <SET.  Three agents are known; an answer of 400 bytes has won. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/json.h"
#include "coord/verdict.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/lines.h"
#include "rt/write.h"

int
main(int argc, char **argv)
{
	struct mg_lexicon *l = mg_lexicon_new();
	struct mg_lines *in = mg_lines_new(0, MG_LINE_MAX);
	struct mg_checked v;
	struct mg_err e;
	char *line, *text;
	size_t len;
	int i;

	for (i = 1; i < argc; i++) {
		if ((text = mg_read_file(argv[i], MG_FILE_MAX, &len, &e)) == NULL || mg_lexicon_add(l, argv[i], text, len, &e) == -1)
			mg_die(&e);
		free(text);
	}
	mg_lexicon_ready(l);
	while (mg_lines_get(in, &line, &len, &e) == MG_LINES_OK) {
		jv o = mg_json_value((struct mg_span){ line, len });
		const char *task = mg_jv_str(o, "task", ""), *final = mg_jv_str(o, "final", "");

		mg_verdict_judge(l, task, strlen(task), final, strlen(final), 3, 400, &v);
		printf("%s\t%s\t%s\t%.*s\n", mg_verdict_name(v.is), mg_jv_str(o, "id", ""), v.asks.kind,
		    (int)strcspn(final, "\n"), final);
		jv_free(o);
	}
	mg_lines_free(in);
	mg_lexicon_free(l);
	return 0;
}
