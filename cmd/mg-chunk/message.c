/* message.c - mg-chunk message: an earlier turn of a conversation.
 * SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/emit.h"
#include "mg-chunk/make.h"
#include "mg-chunk/sub.h"

static const struct mg_opt opts[] = {
	{ 'f', "file", "FILE", "attach a file, as often as needed" },
	{ 's', "source", "ID", "who says so (default: user)" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-chunk message", "role text|- [file ...]",
	"make a message: an earlier turn of a conversation", opts };

static void
check_role(const char *role)
{
	static const char *const roles[] = { "user", "assistant", "system" };
	size_t i;

	for (i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(role, roles[i]) == 0)
			return;
	mg_usage(&cmd, "%s: a role is user, assistant or system", role);
}

static int
run(int argc, char *argv[])
{
	struct make_files files = { NULL, 0 };
	struct mg_buf b = MG_BUF((size_t)-2);
	const char *source = "user";
	int k;

	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (k) {
		case 'f': make_file_add(&files, optarg, argc); break;
		case 's': source = optarg; break;
		}
	if (argc - optind < 2)
		mg_usage(&cmd, "a role and a text are needed");
	check_role(argv[optind]);
	for (k = optind + 2; k < argc; k++)
		make_file_add(&files, argv[k], argc);
	mg_put_begin(&b, "message", source, NULL);
	mg_put_str(&b, "role", argv[optind]);
	mg_put_value(&b, "content", make_content(argv[optind + 1], files.name, files.n));
	mg_put_end(&b);
	make_line(&b);
	free(files.name);
	return 0;
}

const struct sub sub_message = { &cmd, run };
