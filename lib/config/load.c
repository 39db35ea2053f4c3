/* load.c - a configuration file as the opening of a run.
 * SPDX-License-Identifier: MIT */
#include "config/load.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/backend.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/near.h"
#include "rt/proc.h"
#include "rt/share.h"
#include "rt/write.h"

void
mg_load_warn(struct mg_load *l, const struct mg_node *at, const char *fmt, ...)
{
	char why[400], text[600];
	va_list ap;

	if (l->warn == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);	/* cut where too long: it is a message */
	va_end(ap);
	snprintf(text, sizeof text, "%.150s: line %zu: %s", l->tree.file, at->line, why);
	l->warn(l->arg, text);
}

int
mg_load_fail(struct mg_load *l, const struct mg_node *at, const char *fmt, ...)
{
	char why[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return mg_tree_fail(&l->tree, at->line, at->column, l->e, "%s", why);
}

int
mg_load_kind(struct mg_load *l, const struct mg_node *o, enum mg_kind kind, const char *what)
{
	if (o->kind == kind || (kind == MG_N_FLOAT && o->kind == MG_N_INT))
		return 0;
	if (kind == MG_N_STR && o->kind < MG_N_STR)
		return mg_load_fail(l, o, "%s: text was expected, this is %s: put it in quotes", what,
		    mg_kind_name(o->kind));
	return mg_load_fail(l, o,
	    "%s: %s was expected, this is %s", what, mg_kind_name(kind), mg_kind_name(o->kind));
}

void
mg_load_unknown(struct mg_load *l, const struct mg_node *map, const char *const *known)
{
	const char *const *k, *near;
	const struct mg_node *key;
	size_t i;

	for (i = 0; i < map->n; i++) {
		key = map->pair[i].key;
		for (k = known; *k != NULL && strcmp(*k, key->text) != 0; k++)
			;
		if (*k != NULL)
			continue;
		if ((near = mg_near(key->text, known)) != NULL)
			mg_load_warn(l, key,
			    "unknown key '%.60s': did you mean '%s'?", key->text, near);
		else
			mg_load_warn(l, key, "unknown key '%.60s': it has no effect here", key->text);
	}
}

static jv
word_list(struct mg_load *l, const struct mg_node *o, const char *what)
{
	jv list = jv_array();
	size_t i;

	for (i = 0; i < o->n; i++) {
		if (o->pair[i].val->text == NULL || o->pair[i].val->kind == MG_N_NULL) {
			mg_load_fail(l, o->pair[i].val, "%s: text was expected, this is %s", what,
			    mg_kind_name(o->pair[i].val->kind));
			jv_free(list);
			return jv_invalid();
		}
		list = jv_array_append(
		    list, jv_string_sized(o->pair[i].val->text, (int)o->pair[i].val->len));
	}
	return list;
}

jv
mg_load_words(struct mg_load *l, const struct mg_node *o, const char *what)
{
	struct mg_err why;
	char **argv, **p;
	jv list;

	if (o->kind == MG_N_SEQ && o->n > 0)
		return word_list(l, o, what);
	if (o->kind != MG_N_STR) {
		mg_load_fail(l, o,
		    "%s: a program and its arguments were expected, a list or one line", what);
		return jv_invalid();
	}
	if ((argv = mg_argv_split(o->text, &why)) == NULL) {
		mg_load_fail(l, o, "%s: %s", what, why.msg);
		return jv_invalid();
	}
	list = jv_array();
	for (p = argv; *p != NULL; p++)
		list = jv_array_append(list, jv_string(*p));
	mg_argv_free(argv);
	return list;
}

static int
has_suffix(const char *path, const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	return n > m && strcasecmp(path + n - m, suffix) == 0;
}

/* An example by its path below examples/, its name alone, or its name without suffix. */
static char *
example(const char *path, size_t *len)
{
	static const char *const suffix[] = { "", ".yaml", ".json", NULL };
	const char *slash = strrchr(path, '/'), *name[2] = { path, slash != NULL ? slash + 1 : path };
	struct mg_err none;
	char *text = NULL, *full;
	int i, k;

	for (k = 0; k < 2 && text == NULL; k++)
		for (i = 0; suffix[i] != NULL && text == NULL && *name[k] != '\0' &&
		     strstr(name[k], "..") == NULL;
		     i++) {
			full = mg_printf("examples/%s%s", name[k], suffix[i]);
			text = mg_share_text(full, len, NULL, &none);
			free(full);
		}
	return text;
}

/* The file's text, freed by the caller; *json tells how to read it. */
static char *
read_text(const char *path, size_t *len, int *json, struct mg_err *e)
{
	struct stat st;
	char *text;

	*json = has_suffix(path, ".json");
	if (strcmp(path, "-") != 0 && stat(path, &st) == -1) {
		if (errno == ENOENT && (text = example(path, len)) != NULL)
			return text;
		mg_fail(e, MG_USAGE, "%s: %s%s", path, strerror(errno),
		    errno == ENOENT ? ", and no example of that name" : "");
		return NULL;
	}
	if (strcmp(path, "-") != 0 && S_ISREG(st.st_mode) && !*json && !has_suffix(path, ".yaml") &&
	    !has_suffix(path, ".yml")) {
		mg_fail(e, MG_USAGE, "%s: a name ending in .yaml, .yml or .json was expected", path);
		return NULL;
	}
	if ((text = mg_read_file(path, MG_FILE_MAX, len, e)) == NULL)
		e->code = MG_USAGE;	/* a folder, no permission, too long: the command line is wrong */
	return text;
}

static int
check_top(struct mg_load *l)
{
	static const char *const known[] = { "agent", "agents", "orchestrator", "timeout_settings",
		"ui", "display", "logging", "streaming_display", "task", NULL };
	const struct mg_node *root = l->tree.root, *o;

	if (root == NULL || root->kind == MG_N_NULL)
		return mg_fail(l->e, MG_USAGE,
		    "%s: empty: a mapping with agents was expected", l->tree.file);
	if (root->kind != MG_N_MAP)
		return mg_load_fail(l, root, "a mapping with agents was expected, this is %s",
		    mg_kind_name(root->kind));
	mg_load_unknown(l, root, known);
	if ((o = mg_node_get(root, "display")) != NULL)
		mg_load_warn(l, o, "display: taken as ui, which has no effect");
	return 0;
}

static int
check_ui(struct mg_load *l)
{
	static const char *const known[] = { "display_type", "type", "logging_enabled",
		"use_orchestrator_for_single_agent", "debug", NULL };
	const struct mg_node *o = mg_node_get(l->tree.root, "ui");

	if (o == NULL)
		return 0;
	if (mg_load_kind(l, o, MG_N_MAP, "ui") == -1)
		return -1;
	mg_load_unknown(l, o, known);
	return 0;
}

static void
empty(struct mg_config *c)
{
	*c = (struct mg_config){ .secret = NULL };
	c->agents = jv_array();
	c->settings = jv_object();
}

int
mg_config_load(struct mg_config *c, const char *path, mg_config_warn *warn, void *arg, struct mg_err *e)
{
	struct mg_load l = { .config = c, .warn = warn, .arg = arg, .e = e };
	size_t len;
	int json, r;
	char *text;

	empty(c);
	l.tree.file = strcmp(path, "-") == 0 ? "standard input" : path;
	if ((text = read_text(path, &len, &json, e)) == NULL) {
		mg_config_free(c);
		return -1;
	}
	r = json ? mg_json_read(&l.tree, text, len, e) : mg_yaml_read(&l.tree, text, len, e);
	if (r == 0 && (check_top(&l) == -1 || check_ui(&l) == -1 || mg_load_agents(&l) == -1 ||
	    mg_load_settings(&l) == -1))
		r = -1;
	explicit_bzero(text, len);	/* it may hold keys */
	free(text);
	free(l.id_line);
	mg_tree_free(&l.tree);
	if (r == -1)
		mg_config_free(c);
	return r;
}

int
mg_config_quick(struct mg_config *c, const char *type, const char *model, const char *base_url,
    const char *system_message, struct mg_err *e)
{
	jv b = jv_object(), a = jv_object_set(jv_object(), jv_string("id"), jv_string("agent1"));

	empty(c);
	if (type != NULL)
		b = jv_object_set(b, jv_string("type"), jv_string(type));
	if (model != NULL)
		b = jv_object_set(b, jv_string("model"), jv_string(model));
	if (base_url != NULL)
		b = jv_object_set(b, jv_string("base_url"), jv_string(base_url));
	if (mg_backend_check(b, e) == -1) {
		jv_free(a);
		jv_free(b);
		mg_config_free(c);
		return -1;
	}
	a = jv_object_set(a, jv_string("backend"), b);
	if (system_message != NULL)
		a = jv_object_set(a, jv_string("system_message"), jv_string(system_message));
	c->agents = jv_array_append(c->agents, a);
	return 0;
}

void
mg_config_free(struct mg_config *c)
{
	size_t i;

	for (i = 0; i < c->nsecret; i++) {
		explicit_bzero(c->secret[i].value, strlen(c->secret[i].value));
		free(c->secret[i].agent);
		free(c->secret[i].variable);
		free(c->secret[i].value);
	}
	free(c->secret);
	jv_free(c->agents);
	jv_free(c->settings);
	*c = (struct mg_config){ .secret = NULL };
	c->agents = c->settings = jv_invalid();
}
