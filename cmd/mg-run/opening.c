/* opening.c - a question and a configuration as the first chunks of a run.
 * SPDX-License-Identifier: MIT */
#include "opening.h"

#include <stdlib.h>
#include <string.h>

#include "chunk/chunk.h"
#include "chunk/emit.h"
#include "model/backend.h"
#include "options.h"
#include "rt/err.h"
#include "rt/lines.h"
#include "rt/mem.h"
#include "rt/write.h"

static const struct mg_config no_config = { .secret = NULL };

static void
empty(struct opening *o)
{
	*o = (struct opening){ .config = no_config, .from = MG_BUF((size_t)-2) };
	o->content = jv_invalid();
	o->config.agents = jv_array();
	o->config.settings = jv_object();
}

static void
warn_config(void *arg, const char *text)
{
	const struct options *o = arg;

	if (!o->quiet)
		mg_warn("%s", text);
}

/* What an opening is made of; the rest of a run is left out, and that is said. */
static int
opens(enum mg_type t)
{
	return t == MG_AGENT || t == MG_TASK || t == MG_MESSAGE || t == MG_MEDIA;
}

static int
from_line(struct opening *o, const char *file, const char *line, size_t len, size_t n, size_t *left,
    struct mg_err *e)
{
	struct mg_chunk c;
	struct mg_bad bad;

	if (mg_chunk_read(&c, line, len, &bad) == -1 || mg_chunk_check(&c, &bad) == -1)
		return mg_fail(e, MG_DATA, "%s: line %zu, column %zu: %s", file, n, bad.pos + 1, bad.why);
	if (!opens(c.type) || c.to.p != NULL) {
		++*left;
		return 0;
	}
	if (c.type == MG_TASK && o->has_task)
		return mg_fail(e, MG_DATA, "%s: line %zu: a second task", file, n);
	o->has_task |= c.type == MG_TASK;
	mg_buf_add(&o->from, line, len);
	mg_buf_addc(&o->from, '\n');
	return 0;
}

static int
read_from(struct opening *o, const struct options *opt, struct mg_err *e)
{
	const char *file = strcmp(opt->from, "-") == 0 ? "standard input" : opt->from;
	size_t len, n, left = 0;
	char *text = mg_read_file(opt->from, MG_FILE_MAX, &len, e), *line, *nl;
	int r = 0;

	if (text == NULL)
		return -1;
	for (line = text, n = 1; r == 0 && line < text + len; line = nl + 1, n++) {
		if ((nl = memchr(line, '\n', (size_t)(text + len - line))) == NULL)
			r = mg_fail(e, MG_DATA, "%s: line %zu is torn: its newline is missing", file, n);
		else
			r = from_line(o, file, line, (size_t)(nl - line), n, &left, e);
		if (nl == NULL)
			break;
	}
	free(text);
	if (r == 0 && left > 0 && !opt->quiet)
		mg_warn("%s: %zu chunks belong to no opening and are left out", file, left);
	return r;
}

/* Nobody said which agent: what this machine has. */
static int
found(struct opening *o, const struct options *opt, struct mg_err *e)
{
	char *chose = NULL;
	jv backend = mg_backend_find(&chose, e), agent;

	if (!jv_is_valid(backend)) {
		jv_free(backend);
		return -1;
	}
	if (!opt->quiet)
		mg_warn("%s", chose);
	free(chose);
	agent = jv_object_set(jv_object(), jv_string("id"), jv_string("agent"));
	agent = jv_object_set(agent, jv_string("backend"), backend);
	if (opt->system != NULL)
		agent = jv_object_set(agent, jv_string("system_message"), jv_string(opt->system));
	o->config.agents = jv_array_append(o->config.agents, agent);
	return 0;
}

/* --system in the place of every agent's own. */
static void
set_system(struct opening *o, const char *text)
{
	int i, n = jv_array_length(jv_copy(o->config.agents));
	jv agent;

	for (i = 0; i < n && text != NULL; i++) {
		agent = jv_array_get(jv_copy(o->config.agents), i);
		agent = jv_object_set(agent, jv_string("system_message"), jv_string(text));
		o->config.agents = jv_array_set(o->config.agents, i, agent);
	}
}

static int
read_agents(struct opening *o, const struct options *opt, struct mg_err *e)
{
	int quick = opt->backend != NULL || opt->model != NULL || opt->base_url != NULL;

	if ((opt->config != NULL) + quick + (opt->from != NULL) > 1)
		return mg_fail(e, MG_USAGE, "--config, --from and --backend/--model each name the agents: give one");
	if (opt->system != NULL && opt->from != NULL)
		return mg_fail(e, MG_USAGE, "--system: the agents of --from have their own");
	if (opt->from != NULL)
		return read_from(o, opt, e);
	if (opt->config == NULL && !quick)
		return found(o, opt, e);
	jv_free(o->config.agents);
	jv_free(o->config.settings);
	o->config.agents = o->config.settings = jv_invalid();
	if (opt->config != NULL) {
		if (mg_config_load(&o->config, opt->config, warn_config, (void *)opt, e) == -1)
			return -1;
		set_system(o, opt->system);
		return 0;
	}
	return mg_config_quick(&o->config, opt->backend, opt->model, opt->base_url, opt->system, e);
}

int
opening_read(struct opening *o, const struct options *opt, struct mg_err *e)
{
	empty(o);
	mg_config_dotenv();
	if (question_read(opt, &o->content, e) == -1 || read_agents(o, opt, e) == -1)
		return -1;
	if (o->has_task && jv_is_valid(o->content))
		return mg_fail(e, MG_USAGE, "%s holds a task already: leave the question out", opt->from);
	if (!o->has_task && !jv_is_valid(o->content))
		return mg_fail(e, MG_USAGE, "%s holds no task: give a question", opt->from);
	return 0;
}

int
opening_secrets(struct opening *o, const struct options *opt, struct mg_err *e)
{
	empty(o);
	mg_config_dotenv();
	if (opt->config == NULL)
		return 0;
	jv_free(o->config.agents);
	jv_free(o->config.settings);
	return mg_config_load(&o->config, opt->config, warn_config, (void *)opt, e);
}

/* An agent chunk: what people look for first, then the rest by name. */
static void
agent_line(struct mg_buf *lines, jv agent)
{
	static const char *const first[] = { "backend", "system_message", "order", "launcher", "tools" };
	jv rest = jv_object_delete(jv_copy(agent), jv_string("id")), keys, key;
	size_t i;
	int k, n;

	mg_put_begin(lines, "agent", mg_jv_str(agent, "id", ""), NULL);
	for (i = 0; i < sizeof first / sizeof *first; i++) {
		mg_put_value(lines, first[i], mg_jv_get(rest, first[i]));
		rest = jv_object_delete(rest, jv_string(first[i]));
	}
	keys = jv_keys(jv_copy(rest));
	n = jv_array_length(jv_copy(keys));
	for (k = 0; k < n; k++) {
		key = jv_array_get(jv_copy(keys), k);
		mg_put_value(lines, jv_string_value(key), mg_jv_get(rest, jv_string_value(key)));
		jv_free(key);
	}
	jv_free(keys);
	jv_free(rest);
	mg_put_close(lines);
}

void
opening_lines(const struct opening *o, const struct options *opt, const char *run, struct mg_buf *lines)
{
	jv limits = jv_object_merge(jv_copy(o->config.settings), jv_copy(opt->limits)), agent;
	int i, n = jv_array_length(jv_copy(o->config.agents));

	mg_buf_add(lines, mg_buf_str(&o->from), o->from.len);
	for (i = 0; i < n; i++) {
		agent = jv_array_get(jv_copy(o->config.agents), i);
		agent_line(lines, agent);
		jv_free(agent);
	}
	if (jv_is_valid(o->content)) {
		mg_put_begin(lines, "task", "user", NULL);
		if (run != NULL)
			mg_put_str(lines, "run", run);
		mg_put_value(lines, "content", jv_copy(o->content));
		if (jv_object_length(jv_copy(limits)) > 0)
			mg_put_value(lines, "limits", jv_copy(limits));
		mg_put_close(lines);
	}
	jv_free(limits);
}

void
opening_free(struct opening *o)
{
	size_t i;

	for (i = 0; i < o->config.nsecret; i++)	/* config frees them; nobody reads them after it */
		explicit_bzero(o->config.secret[i].value, strlen(o->config.secret[i].value));
	mg_config_free(&o->config);
	jv_free(o->content);
	mg_buf_free(&o->from);
}
