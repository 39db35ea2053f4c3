/* mg-chunk - make, check, select and view chunks
 * SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "mg-chunk/sub.h"
#include "rt/err.h"
#include "rt/write.h"

static const struct sub *const subs[] = {
	&sub_agent, &sub_check, &sub_message, &sub_select, &sub_task, &sub_text, &sub_view,
};
#define NSUBS (sizeof subs / sizeof *subs)

static const struct mg_opt no_opts[] = { { 0 } };
static const struct mg_cmd cmd = { "mg-chunk", "subcommand [argument ...]",
	"make, check, select and view chunks", no_opts };

static const char *
sub_name(const struct sub *s)
{
	return strrchr(s->cmd->name, ' ') + 1;
}

static void
help(void)
{
	size_t i;

	printf("usage: %s %s\n\n%s\n\n", cmd.name, cmd.operands, cmd.about);
	for (i = 0; i < NSUBS; i++)
		printf("  %-10s %s\n", sub_name(subs[i]), subs[i]->cmd->about);
	printf("\n  %-10s %s\n  %-10s %s\n", "--help", "show this and exit", "--version",
	    "show the version and exit");
	printf("\n%s NAME --help lists the options of one\nThe manual: man %s\n", cmd.name, cmd.name);
}

/* "@name" and what it does for each subcommand, then the options as everywhere:
 * completions ask each subcommand for its own. */
static void
dump(void)
{
	size_t i;

	for (i = 0; i < NSUBS; i++)
		printf("@%s\t%s\n", sub_name(subs[i]), subs[i]->cmd->about);
	printf("\thelp\t\tshow this and exit\n\tversion\t\tshow the version and exit\n");
}

/* The program's own options; 1: answered. */
static int
own(const char *arg)
{
	if (strcmp(arg, "--help") == 0)
		help();
	else if (strcmp(arg, "--version") == 0)
		printf("%s %s\n", cmd.name, MG_VERSION);
	else if (strcmp(arg, "--dump-options") == 0)
		dump();
	else
		return 0;
	return 1;
}

/* NULL: there is none of that name. */
static const struct sub *
find(const char *name)
{
	size_t i;

	for (i = 0; i < NSUBS; i++)
		if (strcmp(sub_name(subs[i]), name) == 0)
			return subs[i];
	return NULL;
}

int
main(int argc, char *argv[])
{
	struct mg_err e;
	const struct sub *sub;
	int status = MG_OK;

	mg_start(&cmd, argv);
	signal(SIGPIPE, SIG_DFL);	/* a reader that leaves ends a filter, whatever our parent ignored */
	if (argc < 2)
		mg_usage(&cmd, "which subcommand?");
	if (!own(argv[1])) {
		if ((sub = find(argv[1])) != NULL)
			status = sub->run(argc - 1, argv + 1);
		else
			mg_usage(&cmd, "%s: no such %s", argv[1], *argv[1] == '-' ? "option" : "subcommand");
	}
	if (mg_stdout_close(&e) == -1 && status != MG_SYS)	/* then it has been said */
		mg_die(&e);
	return status;
}
