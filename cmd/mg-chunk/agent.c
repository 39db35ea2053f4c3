/* agent.c - mg-chunk agent: who takes part.
 * SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/chunk.h"
#include "chunk/emit.h"
#include "mg-chunk/make.h"
#include "mg-chunk/sub.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/proc.h"

enum { OPT_BASE_URL = 256, OPT_KEY_ENV, OPT_LAUNCHER, OPT_MODE, OPT_ORDER, OPT_REPLACE, OPT_TOOLS };

static const struct mg_opt opts[] = {
	{ 'b', "backend", "TYPE", "what stands behind it: openai, claude, ..., command" },
	{ OPT_BASE_URL, "base-url", "URL", "where its model is served" },
	{ 'e', "env", "NAME=VALUE", "set a variable for a command; NAME alone passes ours on" },
	{ OPT_KEY_ENV, "key-env", "NAME", "the variable that holds the key; never the key itself" },
	{ OPT_LAUNCHER, "launcher", "COMMAND", "start the agent behind this: ssh host, srun -N1" },
	{ 'm', "model", "MODEL", "the model's name" },
	{ OPT_MODE, "mode", "MODE", "how a command talks: text or chunk (default: text)" },
	{ OPT_ORDER, "order", "N", "its place among the agents" },
	{ 'p', "param", "KEY=JSON", "any other setting of the backend" },
	{ OPT_REPLACE, "replace", NULL, "take the place of an agent of the same id" },
	{ 's', "system", "TEXT", "its system message; - is standard input" },
	{ OPT_TOOLS, "tools", "COMMAND", "the program that gives it tools" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-chunk agent", "id -b type [-m model] [-- argument ...]",
	"make an agent: who takes part", opts };

struct agent {
	const char	*type, *model, *base_url, *mode, *system, *launcher, *tools;
	long		 order;
	int		 has_order, replace;
	jv		 key_env, env, pass_env;
	struct mg_buf	 param;		/* ,"key":JSON for each */
};

static jv
text(const char *s)
{
	if (strcmp(s, "-") == 0)
		return jv_string(s);
	return make_text(s);
}

/* An API's own settings are text as written: numbers stay what they were. */
static void
add_param(struct agent *a, const char *arg)
{
	static const char *const ours[] = { "type", "model", "base_url", "key_env", "command", "mode", "env",
	    "pass_env" };
	const char *eq = strchr(arg, '=');
	size_t i, n = eq != NULL ? (size_t)(eq - arg) : 0;
	struct mg_span key = { arg, n };
	struct mg_bad bad;

	if (n == 0)
		mg_usage(&cmd, "--param: '%s' is not KEY=JSON", arg);
	if (mg_span_is(key, "api_key"))
		mg_usage(&cmd, "--param: a key never goes into a chunk: name its variable with --key-env");
	for (i = 0; i < sizeof ours / sizeof *ours; i++)
		if (mg_span_is(key, ours[i]))
			mg_usage(&cmd, "--param: %s has an option of its own", ours[i]);
	if (mg_json_check(eq + 1, strlen(eq + 1), &bad) == -1)
		mg_usage(&cmd, "--param: %.*s: column %zu: %s (a text needs its quotes: %.*s='\"...\"')",
		    (int)n, arg, bad.pos + 1, bad.why, (int)n, arg);
	if (strchr(eq + 1, '\n') != NULL)
		mg_usage(&cmd, "--param: %.*s: must stand on one line", (int)n, arg);
	mg_buf_addc(&a->param, ',');
	mg_json_quote(&a->param, arg, n);
	mg_buf_addc(&a->param, ':');
	mg_buf_adds(&a->param, eq + 1);
}

static void
add_env(struct agent *a, const char *arg)
{
	const char *eq = strchr(arg, '=');

	if (eq == arg || *arg == '\0')
		mg_usage(&cmd, "--env: '%s' names no variable", arg);
	if (eq == NULL)
		a->pass_env = jv_array_append(a->pass_env, text(arg));
	else
		a->env = jv_object_set(a->env, jv_string_sized(arg, (int)(eq - arg)), text(eq + 1));
}

/* A command line as words; consumed by the caller. */
static jv
words(const char *what, const char *line)
{
	struct mg_err e;
	char **argv = mg_argv_split(line, &e), **w;
	jv a = jv_array();

	if (argv == NULL)
		mg_usage(&cmd, "--%s: %s", what, e.msg);
	for (w = argv; w != NULL && *w != NULL; w++)
		a = jv_array_append(a, text(*w));
	mg_argv_free(argv);
	return a;
}

static void
member(struct mg_buf *b, const char *key, jv v)
{
	mg_buf_printf(b, ",\"%s\":", key);
	mg_json_add(b, v);
}

/* Consumes what a holds of the backend. */
static void
backend(struct mg_buf *b, struct agent *a, char *const *argv)
{
	jv command = jv_array();

	for (; *argv != NULL; argv++)
		command = jv_array_append(command, text(*argv));
	mg_buf_adds(b, "{\"type\":");
	mg_json_add(b, text(a->type));
	if (a->model != NULL)
		member(b, "model", text(a->model));
	if (a->base_url != NULL)
		member(b, "base_url", text(a->base_url));
	if (jv_array_length(jv_copy(a->key_env)) > 0)
		member(b, "key_env", jv_copy(a->key_env));
	if (jv_array_length(jv_copy(command)) > 0)
		member(b, "command", jv_copy(command));
	if (a->mode != NULL)
		member(b, "mode", text(a->mode));
	if (jv_object_length(jv_copy(a->env)) > 0)
		member(b, "env", jv_copy(a->env));
	if (jv_array_length(jv_copy(a->pass_env)) > 0)
		member(b, "pass_env", jv_copy(a->pass_env));
	mg_buf_add(b, mg_buf_str(&a->param), a->param.len);
	mg_buf_addc(b, '}');
	jv_free(command);
	jv_free(a->key_env);
	jv_free(a->env);
	jv_free(a->pass_env);
}

static void
refuse_twice(struct mg_buf *object)
{
	struct mg_member m[256];
	struct mg_bad bad;
	size_t n, i, j;

	if (mg_json_object(object->p, object->len, m, 256, &n, &bad) == -1)
		mg_usage(&cmd, "%s", bad.why);
	if (n > 256)
		mg_usage(&cmd, "--param: more than 250 settings");
	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			if (m[i].key.n == m[j].key.n && memcmp(m[i].key.p, m[j].key.p, m[i].key.n) == 0)
				mg_usage(&cmd, "--param: %.*s is given twice", (int)m[i].key.n, m[i].key.p);
}

static void
check(const struct agent *a, const char *id, int nargs)
{
	static const char *const taken[] = { "mg-run", "mg-vote", "mg-final" };
	int command = a->type != NULL && strcmp(a->type, "command") == 0;
	size_t i;

	if (a->type == NULL)
		mg_usage(&cmd, "-b: which backend?");
	if (!mg_id_ok(id, strlen(id)))
		mg_usage(&cmd, "an id has 1 to %d bytes and no control characters", MG_ID_MAX);
	for (i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(id, taken[i]) == 0)
			mg_usage(&cmd, "%s: this id belongs to the program, choose another", id);
	if (command && nargs == 0)
		mg_usage(&cmd, "-b command: which one? Give it after --");
	if (!command && nargs > 0)
		mg_usage(&cmd, "a program after -- is for -b command");
	if (!command && (a->mode != NULL || jv_object_length(jv_copy(a->env)) > 0 ||
	    jv_array_length(jv_copy(a->pass_env)) > 0))
		mg_usage(&cmd, "--mode and --env are for -b command");
	if (a->mode != NULL && strcmp(a->mode, "text") != 0 && strcmp(a->mode, "chunk") != 0)
		mg_usage(&cmd, "--mode: '%s' is neither text nor chunk", a->mode);
}

static int
make(struct agent *a, char *const *operand)
{
	struct mg_buf b = MG_BUF((size_t)-2), object = MG_BUF((size_t)-2);

	jv_free(make_text(operand[0]));	/* an id is UTF-8 */
	backend(&object, a, operand + 1);
	refuse_twice(&object);
	mg_put_begin(&b, "agent", operand[0], NULL);
	mg_put_raw(&b, "backend", object.p, object.len);
	if (a->system != NULL)
		mg_put_value(&b, "system_message", make_text(a->system));
	if (a->has_order)
		mg_put_int(&b, "order", a->order);
	if (a->replace)
		mg_put_bool(&b, "replace", 1);
	if (a->launcher != NULL)
		mg_put_value(&b, "launcher", words("launcher", a->launcher));
	if (a->tools != NULL)
		mg_put_value(&b, "tools", words("tools", a->tools));
	mg_put_end(&b);
	make_line(&b);
	mg_buf_free(&object);
	mg_buf_free(&a->param);
	return 0;
}

static int
run(int argc, char *argv[])
{
	struct agent a = { .param = MG_BUF(MG_LINE_MAX) };
	int k;

	a.key_env = jv_array();
	a.pass_env = jv_array();
	a.env = jv_object();
	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (k) {
		case 'b': a.type = optarg; break;
		case 'm': a.model = optarg; break;
		case 's': a.system = optarg; break;
		case 'p': add_param(&a, optarg); break;
		case 'e': add_env(&a, optarg); break;
		case OPT_BASE_URL: a.base_url = optarg; break;
		case OPT_KEY_ENV: a.key_env = jv_array_append(a.key_env, text(optarg)); break;
		case OPT_LAUNCHER: a.launcher = optarg; break;
		case OPT_MODE: a.mode = optarg; break;
		case OPT_REPLACE: a.replace = 1; break;
		case OPT_TOOLS: a.tools = optarg; break;
		case OPT_ORDER:
			a.order = mg_optnum(&cmd, "--order", -1000000, 1000000);
			a.has_order = 1;
			break;
		}
	if (optind == argc)
		mg_usage(&cmd, "the agent's id is missing");
	check(&a, argv[optind], argc - optind - 1);
	return make(&a, argv + optind);
}

const struct sub sub_agent = { &cmd, run };
