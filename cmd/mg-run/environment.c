/* environment.c - what each child is told: no secret but its own.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cast.h"
#include "chunk/json.h"
#include "config/config.h"
#include "rt/mem.h"

extern char **environ;

struct env {
	char	**v;
	size_t	  n, cap;
};

static const char *const plain[] = {	/* what any program may need, and no secret */
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR",
	"XDG_*", "MG_*", "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY",
	"ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "SSH_AUTH_SOCK",
	"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", NULL
};
static const char *const ours[] = {	/* said anew for each child */
	"MG_KEY_*", "MG_RUN", "MG_STATE_DIR", "MG_ID", NULL
};

/* name is n bytes; a pattern may end in '*'. */
static int
matches(const char *const *pattern, const char *name, size_t n)
{
	size_t len;

	for (; *pattern != NULL; pattern++) {
		len = strlen(*pattern);
		if ((*pattern)[len - 1] == '*' ? n >= len - 1 && memcmp(*pattern, name, len - 1) == 0 :
		    n == len && memcmp(*pattern, name, n) == 0)
			return 1;
	}
	return 0;
}

static int
looks_secret(const char *name, size_t n)
{
	static const char *const ending[] = { "KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIALS" };
	size_t i, len;

	for (i = 0; i < sizeof ending / sizeof *ending; i++) {
		len = strlen(ending[i]);
		if (n >= len && strncasecmp(name + n - len, ending[i], len) == 0)
			return 1;
	}
	return 0;
}

static void
put(struct env *e, char *text)
{
	e->v = mg_grow(e->v, e->n + 1, &e->cap, sizeof *e->v);
	e->v[e->n++] = text;
	e->v[e->n] = NULL;
}

static void
put_run(struct env *e, const char *state, const char *run)
{
	put(e, mg_printf("MG_STATE_DIR=%s", state));
	put(e, mg_printf("MG_RUN=%s", run));
}

/* Passes a variable on by its name, once. */
static void
pass(struct env *e, const char *name, size_t n)
{
	char **v;
	size_t i;

	for (i = 0; i < e->n; i++)
		if (strncmp(e->v[i], name, n) == 0 && e->v[i][n] == '=')
			return;
	for (v = environ; *v != NULL; v++)
		if (n > 0 && strncmp(*v, name, n) == 0 && (*v)[n] == '=') {
			put(e, mg_strdup(*v));
			return;
		}
}

/* A list of names, or an object whose keys are names.  Consumes it. */
static void
pass_names(struct env *e, jv names)
{
	if (jv_get_kind(names) == JV_KIND_OBJECT)
		names = jv_keys(names);
	if (jv_get_kind(names) == JV_KIND_ARRAY)
		jv_array_foreach(names, i, name) {
			if (jv_get_kind(name) == JV_KIND_STRING)
				pass(e, jv_string_value(name), strlen(jv_string_value(name)));
			jv_free(name);
		}
	jv_free(names);
}

/* Every ${NAME} that the agent's settings mention, wherever it stands. */
static void
pass_mentioned(struct env *e, jv chunk)
{
	jv text = jv_dump_string(jv_copy(chunk), 0);
	const char *p = jv_string_value(text);
	size_t n;

	while ((p = strstr(p, "${")) != NULL) {
		p += 2;
		n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
		if (p[n] == '}' || p[n] == ':')
			pass(e, p, n);
	}
	jv_free(text);
}

static void
put_plain(struct env *e)
{
	char **v;
	size_t n;

	for (v = environ; *v != NULL; v++) {
		n = strcspn(*v, "=");
		if (matches(plain, *v, n) && !matches(ours, *v, n))
			put(e, mg_strdup(*v));
	}
}

char **
environment_of_agent(const char *id, jv chunk, jv names, const struct mg_config *c, const char *state,
    const char *run)
{
	struct env e = { NULL, 0, 0 };
	jv backend = mg_jv_get(chunk, "backend");
	size_t i;

	put_run(&e, state, run);
	put(&e, mg_printf("MG_ID=%s", id));
	for (i = 0; i < c->nsecret; i++)
		if (strcmp(c->secret[i].agent, id) == 0)
			put(&e, mg_printf("%s=%s", c->secret[i].variable, c->secret[i].value));
	put_plain(&e);
	pass_names(&e, jv_copy(names));
	pass_names(&e, mg_jv_get(backend, "env"));
	pass_names(&e, mg_jv_get(backend, "pass_env"));
	pass_mentioned(&e, chunk);
	jv_free(backend);
	return e.v;
}

char **
environment_of_command(const char *state, const char *run)
{
	struct env e = { NULL, 0, 0 };
	char **v;
	size_t n;

	put_run(&e, state, run);
	for (v = environ; *v != NULL; v++) {
		n = strcspn(*v, "=");
		if (!matches(ours, *v, n) && !looks_secret(*v, n))
			put(&e, mg_strdup(*v));
	}
	return e.v;
}

char **
environment_plain(const char *state, const char *run)
{
	struct env e = { NULL, 0, 0 };

	put_run(&e, state, run);
	put_plain(&e);
	return e.v;
}
