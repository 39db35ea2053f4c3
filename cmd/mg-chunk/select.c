/* select.c - mg-chunk select: the chunks that a jq program lets through.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <jq.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mg-chunk/peek.h"
#include "mg-chunk/sub.h"
#include "mg-chunk/walk.h"
#include "rt/err.h"
#include "rt/mem.h"

enum { OPT_ARG = 256, OPT_ARGJSON, OPT_INDENT, OPT_TAB };

static const struct mg_opt opts[] = {
	{ OPT_ARG, "arg", "NAME=TEXT", "$NAME in the program is this text (also: --arg NAME TEXT)" },
	{ OPT_ARGJSON, "argjson", "NAME=JSON", "$NAME in the program is this value (also: --argjson NAME JSON)" },
	{ 'c', "compact-output", NULL, "values on one line (the default)" },
	{ OPT_INDENT, "indent", "N", "values with an indent of 0 to 7 blanks" },
	{ 'j', "join-output", NULL, "texts without quotes, no newline after a value" },
	{ 'r', "raw-output", NULL, "texts without quotes" },
	{ 'S', "sort-keys", NULL, "values with the keys of objects sorted" },
	{ OPT_TAB, "tab", NULL, "values with an indent of tabs" },
	{ 't', "type", "TYPE", "only chunks of this type, as often as needed" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-chunk select", "[program [file ...]]",
	"pass on the chunks that a jq program chooses, or what it makes of them", opts };

struct select {
	const char	*program;
	const char	**type;		/* -t; none: all */
	size_t		 ntype;
	struct peek	 peek;		/* n 0: nothing is known */
	int		 all;		/* the program is `.` or `true` */
	jq_state	*jq;		/* NULL where the program needs none */
	jv		 args;
	int		 flags, pretty, raw, join;
	size_t		 passed;
	int		 failed;	/* errno of a write: nothing more is worth doing */
};

static int
wants(const struct select *s, struct mg_span type)
{
	size_t i;

	for (i = 0; i < s->ntype; i++)
		if (mg_span_is(type, s->type[i]))
			break;
	if (s->ntype > 0 && i == s->ntype)
		return 0;
	for (i = 0; i < s->peek.n; i++)
		if (type.n == s->peek.type[i].n && memcmp(type.p, s->peek.type[i].p, type.n) == 0)
			return 1;
	return s->peek.n == 0;
}

static void
put(struct select *s, const char *p, size_t n)
{
	if (fwrite(p, 1, n, stdout) != n || (!s->join && putchar('\n') == EOF))
		s->failed = errno;
	s->passed++;
}

/* Consumes v. */
static void
put_value(struct select *s, jv v)
{
	if (!(s->raw && jv_get_kind(v) == JV_KIND_STRING))
		v = jv_dump_string(v, s->flags);
	put(s, jv_string_value(v), (size_t)jv_string_length_bytes(jv_copy(v)));
	jv_free(v);
}

static void
put_chunk(struct select *s, const char *line, size_t len)
{
	jv v;

	if (s->pretty && jv_is_valid(v = mg_json_value((struct mg_span){ line, len })))
		put_value(s, v);
	else
		put(s, line, len);
}

/* true, and the chunk itself, pass the line; false and null nothing; anything
 * else is what the user wants to see of it.  Consumes result, borrows v. */
static void
put_result(struct select *s, jv result, jv v, const char *line, size_t len)
{
	switch (jv_get_kind(result)) {
	case JV_KIND_NULL:
	case JV_KIND_FALSE:
		break;
	case JV_KIND_TRUE:
		put_chunk(s, line, len);
		break;
	case JV_KIND_OBJECT:
		if (!jv_identical(jv_copy(result), jv_copy(v)))
			put_value(s, jv_copy(result));
		else
			put_chunk(s, line, len);
		break;
	default:
		put_value(s, jv_copy(result));
	}
	jv_free(result);
}

/* Consumes what jq gave at last: an error if it has a message. */
static void
report(struct walk *w, jv last)
{
	char why[512];
	jv msg;

	if (!jv_invalid_has_msg(jv_copy(last))) {
		jv_free(last);
		return;
	}
	msg = jv_invalid_get_msg(last);
	if (jv_get_kind(msg) != JV_KIND_STRING)
		msg = jv_dump_string(msg, 0);
	snprintf(why, sizeof why, "jq: %s", jv_string_value(msg));
	jv_free(msg);
	walk_fault(w, 1, why);
}

/* halt ends the reading, halt_error with what it says; 1 where it did. */
static int
halted(struct select *s, struct walk *w)
{
	jv msg, code;

	if (!jq_halted(s->jq))
		return 0;
	code = jq_get_exit_code(s->jq);
	msg = jq_get_error_message(s->jq);
	if (jv_get_kind(code) == JV_KIND_NUMBER && jv_number_value(code) != 0 && w->status == MG_OK)
		w->status = MG_DATA;
	if (jv_get_kind(msg) != JV_KIND_STRING && jv_is_valid(msg) && jv_get_kind(msg) != JV_KIND_NULL)
		msg = jv_dump_string(msg, 0);
	if (jv_get_kind(msg) == JV_KIND_STRING)
		mg_warn("%s: line %zu: %s", w->file, w->number, jv_string_value(msg));
	jv_free(msg);
	jv_free(code);
	return 1;
}

static int
ask_jq(struct select *s, struct walk *w, const char *line, size_t len)
{
	jv v = mg_json_value((struct mg_span){ line, len }), result;

	if (!jv_is_valid(v)) {
		report(w, v);
		return 0;
	}
	jq_start(s->jq, jv_copy(v), 0);
	while (jv_is_valid(result = jq_next(s->jq)))
		put_result(s, result, v, line, len);
	jv_free(v);
	if (halted(s, w)) {
		jv_free(result);
		return 1;
	}
	report(w, result);
	return 0;
}

static int
select_line(struct walk *w, char *line, size_t len)
{
	struct select *s = w->arg;
	struct mg_span type, source;
	struct mg_chunk c;

	if (mg_chunk_peek(line, len, &type, &source) && !wants(s, type))
		return 0;
	if (walk_chunk(w, &c, line, len) == -1 || !wants(s, c.type_name))
		return 0;
	if (s->jq != NULL)
		return ask_jq(s, w, line, len) || s->failed;
	put_chunk(s, line, len);
	return s->failed != 0;
}

static void
on_error(void *arg, jv msg)
{
	int *told = arg;

	msg = jq_format_error(msg);
	if (!(*told)++ && jv_get_kind(msg) == JV_KIND_STRING)	/* the first says what; the last only counts them */
		mg_warn("select: %s", jv_string_value(msg));
	jv_free(msg);
}

static void
compile(struct select *s)
{
	char *home = getenv("HOME") != NULL ? mg_strdup(getenv("HOME")) : NULL;
	int told = 0, ok;

	if ((s->jq = jq_init()) == NULL)
		mg_quit(MG_SYS, "out of memory");
	jq_set_error_cb(s->jq, on_error, &told);
	unsetenv("HOME");	/* ~/.jq could change what a program means, select included */
	ok = jq_compile_args(s->jq, s->program, jv_copy(s->args));
	if (home != NULL)
		setenv("HOME", home, 1);
	free(home);
	if (!ok)
		exit(MG_USAGE);
	jq_set_error_cb(s->jq, NULL, NULL);
}

static void
add_arg(struct select *s, const char *what, int json)
{
	const char *eq = strchr(optarg, '=');
	struct mg_bad bad;
	jv v;

	if (eq == NULL || eq == optarg)
		mg_usage(&cmd, "--%s: '%s' is not NAME=VALUE", what, optarg);
	if (json && mg_json_check(eq + 1, strlen(eq + 1), &bad) == -1)
		mg_usage(&cmd, "--%s: column %zu: %s", what, bad.pos + 1, bad.why);
	v = json ? jv_parse(eq + 1) : jv_string(eq + 1);
	if (!jv_is_valid(v))
		mg_usage(&cmd, "--%s: not JSON", what);
	s->args = jv_object_set(s->args, jv_string_sized(optarg, (int)(eq - optarg)), v);
}

/* jq's own spelling has two arguments: --arg NAME TEXT becomes --arg NAME=TEXT.
 * Returns the new argc; a vector that argv then is. */
static int
join_args(int argc, char *argv[])
{
	int i, n;

	for (i = n = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		argv[n++] = argv[i];
		if ((strcmp(argv[i], "--arg") != 0 && strcmp(argv[i], "--argjson") != 0) || i + 1 >= argc)
			continue;
		if (strchr(argv[i + 1], '=') == NULL && i + 2 < argc) {
			argv[n++] = mg_printf("%s=%s", argv[i + 1], argv[i + 2]);	/* lives as long as argv */
			i += 2;
		} else {
			argv[n++] = argv[++i];
		}
	}
	while (i < argc)
		argv[n++] = argv[i++];
	argv[n] = NULL;
	return n;
}

static void
options(struct select *s, int argc, char *argv[])
{
	int k, indent;

	while ((k = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (k) {
		case OPT_ARG: add_arg(s, "arg", 0); break;
		case OPT_ARGJSON: add_arg(s, "argjson", 1); break;
		case 'c': s->pretty = s->flags = 0; break;
		case 'j': s->raw = s->join = 1; break;
		case 'r': s->raw = 1; break;
		case 'S': s->flags |= JV_PRINT_SORTED; s->pretty = 1; break;
		case 't': s->type[s->ntype++] = optarg; break;
		case OPT_TAB:
			s->flags = (s->flags & JV_PRINT_SORTED) | JV_PRINT_TAB | JV_PRINT_PRETTY | JV_PRINT_INDENT_FLAGS(1);
			s->pretty = 1;
			break;
		case OPT_INDENT:
			indent = (int)mg_optnum(&cmd, "--indent", 0, 7);
			s->flags = (s->flags & JV_PRINT_SORTED) |	/* 0 is compact in every libjq */
			    (indent > 0 ? JV_PRINT_PRETTY | JV_PRINT_INDENT_FLAGS(indent) : 0);
			s->pretty = 1;
			break;
		}
}

static void
program(struct select *s)
{
	s->all = s->program == NULL || strcmp(s->program, ".") == 0 || strcmp(s->program, "true") == 0;
	if (s->all)
		return;
	if (!peek_program(&s->peek, s->program))
		s->peek.n = s->peek.exact = 0;
	if (!s->peek.exact)
		compile(s);
}

static int
run(int argc, char *argv[])
{
	struct select s = { .type = mg_calloc((size_t)argc, sizeof *s.type) };
	struct walk w = { .line = select_line, .arg = &s };

	s.args = jv_object();
	argc = join_args(argc, argv);
	options(&s, argc, argv);
	if (optind < argc)
		s.program = argv[optind++];
	else if (s.ntype == 0)
		mg_usage(&cmd, "which chunks? Give a jq program or -t TYPE");
	program(&s);
	walk_files(&w, argv + optind, argc - optind);
	if (s.jq != NULL)
		jq_teardown(&s.jq);
	jv_free(s.args);
	free(s.type);
	if (s.failed && w.status != MG_SYS) {
		mg_warn("standard output: %s", strerror(s.failed));
		w.status = MG_SYS;
	}
	return w.status != MG_OK ? w.status : s.passed > 0 ? MG_OK : MG_NO;
}

const struct sub sub_select = { &cmd, run };
