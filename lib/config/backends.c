/* backends.c - the backend of an agent: what mg reads is checked, what the provider reads is passed on, a key is hidden.
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/load.h"
#include "model/expand.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/near.h"

#define EXACT 9007199254740992.0	/* 2^53: from here on JSON's numbers may be rounded */

/* Keys of configurations that run elsewhere, which this version accepts and does not act on. */
static const struct {
	const char	*key, *what;
} later[] = {
	{ "mcp_servers", "this version starts no MCP servers" },
	{ "allowed_tools", "this version starts no MCP servers, so there is nothing to filter" },
	{ "exclude_tools", "this version starts no MCP servers, so there is nothing to filter" },
	{ "max_mcp_message_history", "this version starts no MCP servers" },
	{ "circuit_breaker_enabled", "this version starts no MCP servers" },
	{ "cwd", "this version gives agents no workspaces" },
	{ "context_paths", "this version gives agents no workspaces" },
	{ "context_write_access_enabled", "this version gives agents no workspaces" },
	{ "agent_temporary_workspace", "this version gives agents no workspaces" },
	{ "snapshot_storage", "this version takes no snapshots of workspaces" },
	{ "session_storage", "this version keeps runs in its own folder, see MG_STATE_DIR" },
	{ "enable_web_search", "this version asks no provider for its web search" },
	{ "enable_code_interpreter", "this version asks no provider to run code" },
	{ "enable_code_execution", "this version asks no provider to run code" },
};

int
mg_load_later(struct mg_load *l, const struct mg_node *key, const struct mg_node *val)
{
	size_t i;

	for (i = 0; i < sizeof later / sizeof *later; i++) {
		if (strcmp(later[i].key, key->text) != 0)
			continue;
		if (val->kind != MG_N_NULL && !(val->kind == MG_N_BOOL && val->number == 0) &&
		    !(l->told >> i & 1)) {
			l->told |= 1UL << i;
			mg_load_warn(l, key,
			    "%s: accepted without effect: %s", key->text, later[i].what);
		}
		return 1;
	}
	return 0;
}

static void
hide(struct mg_load *l, char *value, jv *backend)
{
	struct mg_config *c = l->config;
	char *name = mg_printf("MG_KEY_%zu", l->nagent + 1);

	c->secret = mg_realloc(c->secret, (c->nsecret + 1) * sizeof *c->secret);
	c->secret[c->nsecret++] = (struct mg_secret){ NULL, name, value };	/* its agent's id is not known yet */
	*backend =
	    jv_object_set(*backend, jv_string("key_env"), jv_array_append(jv_array(), jv_string(name)));
}

/* A literal becomes a secret, ${NAME} the name of a variable.  The text never stands in a message. */
static int
api_key(struct mg_load *l, const struct mg_node *o, jv *backend)
{
	struct mg_err why;
	char *name, *value;

	if (o->text == NULL)
		return mg_load_fail(l, o,
		    "api_key: text was expected, this is %s", mg_kind_name(o->kind));
	if (o->len == 0)
		return 0;
	if (strlen(o->text) != o->len)
		return mg_load_fail(l, o, "api_key: text without NUL was expected");
	if ((name = mg_expand_alone(o->text)) != NULL) {
		*backend = jv_object_set(
		    *backend, jv_string("key_env"), jv_array_append(jv_array(), jv_string(name)));
		free(name);
		return 0;
	}
	if ((value = mg_expand(o->text, &why)) == NULL)
		return mg_load_fail(l, o, "api_key: %s", why.msg);
	hide(l, value, backend);
	return 0;
}

/* env: {NAME: value}, every value as it was written; or a list of names. */
static int
environment(struct mg_load *l, const struct mg_node *o, jv *backend)
{
	jv env = o->kind == MG_N_SEQ ? jv_array() : jv_object();
	const struct mg_node *v;
	size_t i;

	if (o->kind != MG_N_SEQ && o->kind != MG_N_MAP) {
		jv_free(env);
		return mg_load_fail(l, o,
		    "env: a mapping of names to texts, or a list of names, was expected");
	}
	for (i = 0; i < o->n; i++) {
		v = o->pair[i].val;
		if (v->text == NULL) {
			jv_free(env);
			return mg_load_fail(l, v,
			    "env: text was expected, this is %s", mg_kind_name(v->kind));
		}
		if (o->kind == MG_N_SEQ)
			env = jv_array_append(env, jv_string(v->text));
		else
			env = jv_object_set(env, jv_string(o->pair[i].key->text),
			    jv_string(v->kind == MG_N_NULL ? "" : v->text));
	}
	*backend = jv_object_set(*backend, jv_string("env"), env);
	return 0;
}

static int
key_names(struct mg_load *l, const struct mg_node *o, jv *backend)
{
	jv names = o->kind == MG_N_STR ? jv_array_append(jv_array(), mg_node_value(o))
				       : mg_load_words(l, o, "key_env");

	if (!jv_is_valid(names)) {
		jv_free(names);
		return -1;
	}
	*backend = jv_object_set(*backend, jv_string("key_env"), names);
	return 0;
}

/* Big whole numbers would change on their way, which nobody would see. */
static void
warn_rounded(struct mg_load *l, const struct mg_node *o)
{
	size_t i;

	if (o->kind == MG_N_INT && fabs(o->number) >= EXACT)
		mg_load_warn(l, o,
		    "%.40s: rounded, because numbers beyond 2^53 do not survive JSON: put it in quotes",
		    o->text);
	for (i = 0; i < o->n; i++)
		warn_rounded(l, o->pair[i].val);
}

/* One member that is there and not null. */
static int
member(struct mg_load *l, const struct mg_node *key, const struct mg_node *o, jv *backend)
{
	static const char *const text[] = { "type", "model", "base_url", "azure_endpoint",
		"api_version", "mode", "wire", "auth", "path", "max_tokens_field", NULL };
	const char *at;
	int i;
	jv v;

	if (strcmp(key->text, "api_key") == 0)
		return api_key(l, o, backend);
	if (strcmp(key->text, "key_env") == 0)
		return key_names(l, o, backend);
	if (strcmp(key->text, "env") == 0)
		return environment(l, o, backend);
	for (i = 0; text[i] != NULL; i++)
		if (strcmp(key->text, text[i]) == 0 && mg_load_kind(l, o, MG_N_STR, text[i]) == -1)
			return -1;
	if (strcmp(key->text, "base_url") == 0 && (at = strchr(o->text, '@')) != NULL &&
	    strstr(o->text, "://") != NULL &&
	    strcspn(strstr(o->text, "://") + 3, "/") > (size_t)(at - strstr(o->text, "://") - 3))
		mg_load_warn(l, o,
		    "base_url: what stands before the @ will be readable in the run's journal");
	if (strcmp(key->text, "command") == 0) {
		v = mg_load_words(l, o, "command");
	} else {
		warn_rounded(l, o);
		v = mg_node_value(o);
	}
	if (!jv_is_valid(v)) {
		jv_free(v);
		return -1;
	}
	*backend = jv_object_set(*backend, jv_string_sized(key->text, (int)key->len), v);
	return 0;
}

/* A key that goes to the provider although one of ours, which is missing, was probably meant. */
static void
warn_slip(struct mg_load *l, const struct mg_node *map, const struct mg_node *key)
{
	static const char *const ours[] = { "type", "model", "base_url", "api_key", "key_env",
		"command", "mcp_servers", "context_paths", "azure_endpoint", "api_version", NULL };
	const char *near = mg_near(key->text, ours);

	if (near == NULL || strcmp(near, key->text) == 0 || mg_node_get(map, near) != NULL ||
	    strcmp(key->text, "models") == 0)	/* OpenRouter's fallbacks */
		return;
	mg_load_warn(l, key,
	    "key '%.60s' goes to the provider as it is: did you mean '%s'?", key->text, near);
}

jv
mg_load_backend(struct mg_load *l, const struct mg_node *map)
{
	static const char *const of_command[] = { "type", "command", "mode", "env", "pass_env",
		"timeout", "model", "cwd", "mcp_servers", "allowed_tools", "exclude_tools",
		"context_paths", NULL };
	const struct mg_node *key, *val;
	int program = mg_node_get(map, "command") != NULL;
	jv backend = jv_object();
	size_t i;

	if (mg_load_kind(l, map, MG_N_MAP, "backend") == -1)
		goto bad;
	if (mg_node_get(map, "api_key") != NULL && mg_node_get(map, "key_env") != NULL) {
		mg_load_fail(l, mg_node_get(map, "api_key"), "api_key and key_env: keep one of them");
		goto bad;
	}
	if (program && mg_node_get(map, "type") == NULL)
		backend = jv_object_set(backend, jv_string("type"), jv_string("command"));
	if (program)
		mg_load_unknown(l, map, of_command);
	for (i = 0; i < map->n; i++) {
		key = map->pair[i].key;
		val = map->pair[i].val;
		if (!mg_load_later(l, key, val) && !program)
			warn_slip(l, map, key);
		if (val->kind != MG_N_NULL && member(l, key, val, &backend) == -1)
			goto bad;
	}
	return backend;
bad:
	jv_free(backend);
	return jv_invalid();
}
