/* legacy.c - the v1 schema (agent_id, agent_type, model_config) in today's words.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/load.h"

struct moved {
	const char	*from, *to;
};

/* Members of model_config that are limits of that agent. */
static const struct moved limits[] = { { "inference_timeout", "turn_timeout" },
	{ "max_retries", "tries" }, { "max_rounds", "tool_rounds" }, { NULL, NULL } };
static const struct moved passed[] = { { "model", "model" }, { "max_tokens", "max_tokens" },
	{ "temperature", "temperature" }, { "top_p", "top_p" }, { NULL, NULL } };

/* Copies what is there into o.  Numbers alone where numbers is set.  0, or -1. */
static int
copy(struct mg_load *l, const struct mg_node *from, const struct moved *m, int numbers, jv *o)
{
	const struct mg_node *v;

	for (; m->from != NULL; m++) {
		if ((v = mg_node_get(from, m->from)) == NULL)
			continue;
		if (numbers && (mg_load_kind(l, v, MG_N_FLOAT, m->from) == -1))
			return -1;
		if (numbers && v->number < 0)
			return mg_load_fail(l, v, "%s: at least 0 was expected", m->from);
		*o = jv_object_set(*o, jv_string(m->to), mg_node_value(v));
	}
	return 0;
}

/* A tool of the old list as today's flag; not every backend has both. */
static int
tool(struct mg_load *l, const struct mg_node *name, const char *type, jv *backend)
{
	struct mg_node key = *name, yes = { .kind = MG_N_BOOL, .number = 1 };
	const char *flag = NULL;

	if (name->kind != MG_N_STR)
		return mg_load_fail(l, name,
		    "tools: text was expected, this is %s", mg_kind_name(name->kind));
	if (strcmp(name->text, "live_search") == 0)
		flag = "enable_web_search";
	else if (strcmp(name->text, "code_execution") == 0 && strcmp(type, "gemini") == 0)
		flag = "enable_code_execution";
	else if (strcmp(name->text, "code_execution") == 0 && strcmp(type, "openai") == 0)
		flag = "enable_code_interpreter";
	else if (strcmp(name->text, "code_execution") != 0)
		mg_load_warn(l, name,
		    "tools: unknown tool '%.60s': live_search and code_execution are known",
		    name->text);
	if (flag != NULL) {
		key.text = (char *)flag;
		mg_load_later(l, &key, &yes);
		*backend = jv_object_set(*backend, jv_string(flag), jv_true());
	}
	return 0;
}

/* model_config as a backend and limits; -1: see *e. */
static int
translate(
    struct mg_load *l, const struct mg_node *config, const struct mg_node *type, jv *backend, jv *limit)
{
	static const char *const known[] = { "model", "tools", "max_retries", "max_rounds",
		"max_tokens", "temperature", "top_p", "inference_timeout", "stream", NULL };
	const struct mg_node *tools = mg_node_get(config, "tools"),
			     *model = mg_node_get(config, "model");
	size_t i;

	if (type != NULL) {
		if (mg_load_kind(l, type, MG_N_STR, "agent_type") == -1)
			return -1;
		*backend = jv_object_set(*backend, jv_string("type"), jv_string(type->text));
	}
	if (config == NULL)
		return 0;
	if (mg_load_kind(l, config, MG_N_MAP, "model_config") == -1 ||
	    (model != NULL && mg_load_kind(l, model, MG_N_STR, "model") == -1))
		return -1;
	mg_load_unknown(l, config, known);
	if (copy(l, config, passed, 0, backend) == -1 || copy(l, config, limits, 1, limit) == -1)
		return -1;
	if (tools != NULL && mg_load_kind(l, tools, MG_N_SEQ, "tools") == -1)
		return -1;
	for (i = 0; tools != NULL && i < tools->n; i++)
		if (tool(l, tools->pair[i].val, type != NULL ? type->text : "", backend) == -1)
			return -1;
	return 0;
}

int
mg_load_v1_agent(struct mg_load *l, const struct mg_node *entry)
{
	static const char *const known[] = { "agent_id", "agent_type", "model_config", "system_message",
		NULL };
	const struct mg_node *said = mg_node_get(entry, "system_message");
	jv backend = jv_object(), limit = jv_object(), agent;

	if (!l->v1)
		mg_load_warn(l, entry,
		    "an agent in the v1 schema (agent_type, model_config): it was translated");
	l->v1 = 1;
	mg_load_unknown(l, entry, known);
	if (translate(l, mg_node_get(entry, "model_config"), mg_node_get(entry, "agent_type"), &backend,
		&limit) == -1 ||
	    (said != NULL && mg_load_kind(l, said, MG_N_STR, "system_message") == -1)) {
		jv_free(backend);
		jv_free(limit);
		return -1;
	}
	agent = jv_object_set(jv_object(), jv_string("backend"), backend);
	if (said != NULL)
		agent = jv_object_set(agent, jv_string("system_message"), mg_node_value(said));
	if (jv_object_length(jv_copy(limit)) > 0)
		agent = jv_object_set(agent, jv_string("limits"), limit);
	else
		jv_free(limit);
	return mg_load_agent_done(l, entry, mg_node_get(entry, "agent_id"), agent);
}
