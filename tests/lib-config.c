/* lib-config - what lib/config and the table of backends make of their input, for tests/config.bats.
 * SPDX-License-Identifier: MIT
 *
 *	lib-config load FILE            an object a line for each agent, then {"settings": ...}
 *	lib-config secrets FILE         agent, variable and value of each literal key
 *	lib-config quick TYPE MODEL URL the same as load, "-" for what is not given
 *	lib-config resolve JSON         the backend resolved; twice, which must change nothing
 *	lib-config key JSON             the key of a backend
 *	lib-config variables JSON       what a child must be given
 *	lib-config find                 the backend found; what was chosen on stderr
 *	lib-config dotenv NAME...       the variables after ./.env was read */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunk/json.h"
#include "config/config.h"
#include "model/backend.h"
#include "rt/err.h"

static void
print(jv v)
{
	jv text = jv_dump_string(v, JV_PRINT_SORTED);

	puts(jv_string_value(text));
	jv_free(text);
}

static void
warned(void *arg, const char *text)
{
	(void)arg;
	mg_warn("%s", text);
}

static int
show(struct mg_config *c)
{
	jv_array_foreach(c->agents, i, agent)
		print(agent);
	print(jv_object_set(jv_object(), jv_string("settings"), jv_copy(c->settings)));
	mg_config_free(c);
	return 0;
}

static int
load(const char *file, int secrets)
{
	struct mg_config c;
	struct mg_err e;
	size_t i;

	if (mg_config_load(&c, file, warned, NULL, &e) == -1)
		mg_die(&e);
	if (!secrets)
		return show(&c);
	for (i = 0; i < c.nsecret; i++)
		printf("%s %s %s\n", c.secret[i].agent, c.secret[i].variable, c.secret[i].value);
	mg_config_free(&c);
	return 0;
}

static const char *
given(const char *s)
{
	return strcmp(s, "-") == 0 ? NULL : s;
}

static int
quick(char *argv[])
{
	struct mg_config c;
	struct mg_err e;

	if (mg_config_quick(&c, given(argv[0]), given(argv[1]), given(argv[2]), NULL, &e) == -1) {
		mg_config_free(&c);
		mg_die(&e);
	}
	return show(&c);
}

static jv
resolved(const char *json)
{
	struct mg_err e;
	jv once = mg_backend_resolve(jv_parse(json), &e), twice;

	if (!jv_is_valid(once))
		mg_die(&e);
	twice = mg_backend_resolve(jv_copy(once), &e);
	if (!jv_is_valid(twice))
		mg_die(&e);
	if (!jv_equal(jv_copy(once), jv_copy(twice)))
		mg_quit(MG_SYS, "resolving twice gave something else");
	jv_free(twice);
	return once;
}

static int
key(const char *json)
{
	struct mg_err e;
	jv b = resolved(json);
	char *k = mg_backend_key(b, &e);

	jv_free(b);
	if (k == NULL && e.code != MG_OK)
		mg_die(&e);
	puts(k != NULL ? k : "(none)");
	free(k);
	return 0;
}

static int
variables(const char *json)
{
	jv b = resolved(json);

	print(mg_backend_variables(b));
	jv_free(b);
	return 0;
}

static int
find(void)
{
	struct mg_err e;
	char *chose;
	jv b = mg_backend_find(&chose, &e);

	if (!jv_is_valid(b))
		mg_die(&e);
	mg_warn("%s", chose);
	free(chose);
	print(b);
	return 0;
}

int
main(int argc, char *argv[])
{
	int i;

	mg_setprogname("lib-config");
	if (argc == 3 && strcmp(argv[1], "load") == 0)
		return load(argv[2], 0);
	if (argc == 3 && strcmp(argv[1], "secrets") == 0)
		return load(argv[2], 1);
	if (argc == 5 && strcmp(argv[1], "quick") == 0)
		return quick(argv + 2);
	if (argc == 3 && strcmp(argv[1], "resolve") == 0)
		return print(resolved(argv[2])), 0;
	if (argc == 3 && strcmp(argv[1], "key") == 0)
		return key(argv[2]);
	if (argc == 3 && strcmp(argv[1], "variables") == 0)
		return variables(argv[2]);
	if (argc == 2 && strcmp(argv[1], "find") == 0)
		return find();
	if (argc >= 3 && strcmp(argv[1], "dotenv") == 0) {
		mg_config_dotenv();
		for (i = 2; i < argc; i++)
			printf("%s=%s\n", argv[i], getenv(argv[i]) != NULL ? getenv(argv[i]) : "(unset)");
		return 0;
	}
	mg_quit(MG_USAGE, "see the head of tests/lib-config.c");
}
