/* settings.c - orchestrator, timeout_settings: the limits of a run.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "chunk/json.h"
#include "config/load.h"

enum sort { SECONDS, COUNT, MONEY, YES_NO, JUDGE };

static const struct row {
	const char	*key, *setting;
	enum sort	 sort;
} rows[] = {
	{ "orchestrator_timeout_seconds", "deadline", SECONDS },
	{ "max_duration", "deadline", SECONDS },	/* v1 */
	{ "final_timeout_seconds", "final_timeout", SECONDS },
	{ "final_tries", "final_tries", COUNT },
	{ "first_byte_timeout_seconds", "first_byte_timeout", SECONDS },
	{ "idle_timeout_seconds", "idle_timeout", SECONDS },
	{ "turn_timeout_seconds", "turn_timeout", SECONDS },
	{ "connect_timeout_seconds", "connect_timeout", SECONDS },
	{ "tool_timeout_seconds", "tool_timeout", SECONDS },
	{ "max_answers", "max_answers", COUNT },
	{ "max_tries", "tries", COUNT },
	{ "max_tool_rounds", "tool_rounds", COUNT },
	{ "max_tokens", "max_tokens", COUNT },
	{ "max_cost", "max_cost", MONEY },
	{ "present", "present", YES_NO },
	{ "judge", "judge", JUDGE },
};

static int
is_agent(const struct mg_load *l, const char *id)
{
	size_t i;
	jv a;
	int is = 0;

	for (i = 0; i < l->nagent && !is; i++) {
		a = jv_array_get(jv_copy(l->config->agents), (int)i);
		is = strcmp(mg_jv_str(a, "id", ""), id) == 0;
		jv_free(a);
	}
	return is;
}

static int
check(struct mg_load *l, const struct row *r, const struct mg_node *o)
{
	int number = o->kind == MG_N_INT || o->kind == MG_N_FLOAT;

	switch (r->sort) {
	case SECONDS:
		if (o->kind == MG_N_NULL || (number && o->number >= 0))
			return 0;
		return mg_load_fail(l, o, "%s: seconds were expected (0 or null: no limit)", r->key);
	case COUNT:
		if (o->kind == MG_N_INT && o->number >= 1 && o->number < 9e15)
			return 0;
		return mg_load_fail(l, o, "%s: a whole number from 1 was expected", r->key);
	case MONEY:
		if (number && o->number > 0)
			return 0;
		return mg_load_fail(l, o, "%s: US dollars, more than 0, were expected", r->key);
	case YES_NO:
		return mg_load_kind(l, o, MG_N_BOOL, r->key);
	case JUDGE:
		if (o->kind == MG_N_BOOL || (o->kind == MG_N_STR && is_agent(l, o->text)))
			return 0;
		return mg_load_fail(l, o, "%s: the id of an agent, true or false was expected", r->key);
	}
	return -1;
}

/* 1: the key is a limit and stands in settings now, 0: it is none, -1. */
static int
take(struct mg_load *l, const struct mg_node *key, const struct mg_node *o, const struct mg_node *other)
{
	const struct row *r;
	const struct mg_node *twin;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++)
		if (strcmp(r->key, key->text) == 0)
			break;
	if (r == rows + sizeof rows / sizeof *rows)
		return 0;
	if (o->kind == MG_N_NULL && r->sort != SECONDS)
		return 1;
	if ((twin = mg_node_get(other, r->key)) != NULL)
		return mg_load_fail(l, key,
		    "%s stands already in line %zu: keep one of them", r->key, twin->line);
	if (check(l, r, o) == -1)
		return -1;
	/* 0 rather than null: readers that know no null then see no limit, not the usual one */
	l->config->settings = jv_object_set(l->config->settings, jv_string(r->setting),
	    o->kind == MG_N_NULL ? jv_number(0) : mg_node_value(o));
	return 1;
}

/* Keys of the v1 schema; what they did has no counterpart. */
static int
take_v1(struct mg_load *l, const struct mg_node *key, const struct mg_node *o)
{
	if (!l->v1)
		return 0;
	if (strcmp(key->text, "consensus_threshold") == 0) {
		if (o->number > 0)
			mg_load_warn(l, key,
			    "consensus_threshold: no effect: a run ends when every agent has a valid "
			    "vote");
		return 1;
	}
	if (strcmp(key->text, "max_debate_rounds") == 0) {
		mg_load_warn(l, key,
		    "max_debate_rounds: no effect: max_answers limits how often an agent answers");
		return 1;
	}
	return strcmp(key->text, "status_check_interval") == 0 ||
	    strcmp(key->text, "thread_pool_timeout") == 0;
}

static int
section(struct mg_load *l, const char *name, const struct mg_node *other)
{
	const char *known[sizeof rows / sizeof *rows + 5] = { NULL };
	const struct mg_node *map = mg_node_get(l->tree.root, name);
	struct mg_node one = { .kind = MG_N_MAP, .n = 1 };
	size_t i, k;
	int r;

	if (map == NULL)
		return 0;
	if (mg_load_kind(l, map, MG_N_MAP, name) == -1)
		return -1;
	for (k = 0; k < sizeof rows / sizeof *rows; k++)
		known[k] = rows[k].key;
	known[k++] = "snapshot_storage";
	known[k++] = "session_storage";
	known[k++] = "context_paths";
	known[k++] = "agent_temporary_workspace";
	for (i = 0; i < map->n; i++) {
		if ((r = take(l, map->pair[i].key, map->pair[i].val, other)) == -1)
			return -1;
		if (r == 1 || take_v1(l, map->pair[i].key, map->pair[i].val) ||
		    mg_load_later(l, map->pair[i].key, map->pair[i].val))
			continue;
		one.pair = &map->pair[i];
		mg_load_unknown(l, &one, known);
	}
	return 0;
}

int
mg_load_settings(struct mg_load *l)
{
	const struct mg_node *o = mg_node_get(l->tree.root, "orchestrator"),
			     *task = mg_node_get(l->tree.root, "task");

	if (l->v1 && task != NULL)	/* free words about the task: carried along */
		l->config->settings =
		    jv_object_set(l->config->settings, jv_string("task"), mg_node_value(task));
	if (section(l, "orchestrator", NULL) == -1)
		return -1;
	return section(l, "timeout_settings", o);
}
