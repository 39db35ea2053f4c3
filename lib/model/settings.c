/* settings.c - what of a call is the same for every provider, in the form its jq file reads.
 * SPDX-License-Identifier: MIT */
#include "model/settings.h"

#include <string.h>

#include "chunk/chunk.h"
#include "chunk/json.h"
#include "rt/bounds.h"

/* Never sent: mg's own, and the flags of older configurations. */
static const char *const ours[] = {
	"type", "title", "wire", "path", "base_url", "auth", "api_key", "key_env", "key_optional",
	"key_default", "max_tokens_field", "api_version", "azure_endpoint", "azure_deployment",
	"command", "mode", "env", "timeout", "extra_body", "extra_headers", "extra_query",
	"agent_id", "session_id", "cwd", "agent_temporary_workspace", "context_paths",
	"context_write_access_enabled", "mcp_servers", "allowed_tools", "exclude_tools",
	"disallowed_tools", "permission_mode", "enable_web_search", "enable_code_interpreter",
	"enable_code_execution", "max_mcp_message_history", "circuit_breaker_enabled",
	"use_multi_mcp", "mcp_sdk_auto", "provider_name", NULL
};

/* The limit of tokens, however it was written. */
static const char *const limits[] = { "max_completion_tokens", "max_tokens", "max_output_tokens", NULL };

static int
among(const char *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return 1;
	return 0;
}

static int
lists(jv array, const char *text)
{
	int found = 0;

	if (jv_get_kind(array) != JV_KIND_ARRAY)
		return 0;
	jv_array_foreach(array, i, v) {
		if (jv_get_kind(v) == JV_KIND_STRING && strcmp(jv_string_value(v), text) == 0)
			found = 1;
		jv_free(v);
	}
	return found;
}

/* Not every server of one kind has the same name for it: a 400 may have named one. */
static const char *
limit_field(jv backend, jv omit)
{
	const char *field = mg_jv_str(backend, "max_tokens_field", "max_tokens");

	if (strcmp(field, "max_tokens") == 0 && lists(omit, field))
		return "max_completion_tokens";
	if (strcmp(field, "max_completion_tokens") == 0 && lists(omit, field))
		return "max_tokens";
	return field;
}

jv
mg_settings(jv backend, jv omit, int *rich)
{
	jv out = jv_object(), limit = jv_invalid();
	const char *name;
	jv_kind kind;

	jv_object_foreach(backend, k, v) {
		name = jv_string_value(k);
		kind = jv_get_kind(v);
		if (among(limits, name) && kind == JV_KIND_NUMBER && !jv_is_valid(limit))
			limit = jv_copy(v);
		if (kind == JV_KIND_NULL || among(ours, name) || among(limits, name) ||
		    (strcmp(name, "provider") == 0 && kind == JV_KIND_STRING)) {	/* a name for people */
			jv_free(k);
			jv_free(v);
			continue;
		}
		if (kind == JV_KIND_OBJECT || kind == JV_KIND_TRUE || kind == JV_KIND_FALSE)
			*rich = 1;
		out = jv_object_set(out, k, v);
	}
	if (jv_is_valid(limit))
		out = jv_object_set(out, jv_string(limit_field(backend, omit)), limit);
	return out;
}

/* Whether a content is a list that holds anything but text. */
static int
has_media(jv content)
{
	int found = 0;

	jv_array_foreach(content, i, part) {
		if (strcmp(mg_jv_str(part, "type", ""), "text") != 0)
			found = 1;
		jv_free(part);
	}
	return found;
}

static jv
neutral_content(jv content, int *rich)
{
	struct mg_buf b = MG_BUF(MG_BODY_MAX);
	jv s;

	if (jv_get_kind(content) == JV_KIND_ARRAY) {
		if (has_media(content)) {
			*rich = 1;
			return content;
		}
		mg_content_text(&b, content);
	} else if (jv_get_kind(content) == JV_KIND_STRING) {
		return content;
	}
	s = jv_string_sized(mg_buf_str(&b), (int)b.len);
	mg_buf_free(&b);
	jv_free(content);
	return s;
}

/* A server that reads the history would refuse what is no JSON object; the model is told in
 * the tool's result. */
static int
arguments_ok(jv text)
{
	struct mg_bad bad;
	size_t n;

	return jv_get_kind(text) == JV_KIND_STRING && mg_json_object(jv_string_value(text),
	    (size_t)jv_string_length_bytes(jv_copy(text)), NULL, 0, &n, &bad) == 0;
}

static jv
neutral_call(jv call, struct mg_names *names)
{
	jv arguments = mg_jv_get(call, "arguments");

	if (!arguments_ok(arguments))
		call = jv_object_set(call, jv_string("arguments"), jv_string("{}"));
	jv_free(arguments);
	return jv_object_set(call, jv_string("name"),
	    jv_string(mg_names_wire(names, mg_jv_str(call, "name", ""))));
}

static jv
neutral_message(jv m, struct mg_names *names, int *rich)
{
	jv calls = mg_jv_get(m, "calls"), list = jv_array();

	m = jv_object_set(m, jv_string("content"), neutral_content(mg_jv_get(m, "content"), rich));
	if (jv_get_kind(calls) == JV_KIND_ARRAY)
		jv_array_foreach(calls, i, call) {
			if (jv_get_kind(call) == JV_KIND_OBJECT)
				list = jv_array_append(list, neutral_call(call, names));
			else
				jv_free(call);
		}
	jv_free(calls);
	if (jv_array_length(jv_copy(list)) > 0) {
		m = jv_object_set(m, jv_string("calls"), list);
	} else {
		jv_free(list);
		m = jv_object_delete(m, jv_string("calls"));
	}
	if (jv_object_length(jv_copy(m)) > 2)	/* more than role and content */
		*rich = 1;
	return m;
}

jv
mg_neutral_messages(jv messages, struct mg_names *names, int *rich)
{
	jv out = jv_array();

	if (jv_get_kind(messages) != JV_KIND_ARRAY)
		return out;
	jv_array_foreach(messages, i, m) {
		if (jv_get_kind(m) == JV_KIND_OBJECT)
			out = jv_array_append(out, neutral_message(m, names, rich));
		else
			jv_free(m);
	}
	return out;
}

static jv
neutral_tool(jv tool, struct mg_names *names)
{
	jv schema = mg_jv_get(tool, "parameters"), v = jv_object(), member;

	if (jv_get_kind(schema) != JV_KIND_OBJECT) {
		jv_free(schema);
		schema = jv_object();
	}
	if (strcmp(mg_jv_str(schema, "type", ""), "object") != 0)	/* some refuse a root without it */
		schema = jv_object_set(schema, jv_string("type"), jv_string("object"));
	member = mg_jv_get(schema, "properties");
	if (jv_get_kind(member) != JV_KIND_OBJECT)
		schema = jv_object_set(schema, jv_string("properties"), jv_object());
	jv_free(member);
	v = jv_object_set(v, jv_string("name"), jv_string(mg_names_wire(names, mg_jv_str(tool, "name", ""))));
	if (*mg_jv_str(tool, "description", "") != '\0')
		v = jv_object_set(v, jv_string("description"), mg_jv_get(tool, "description"));
	return jv_object_set(v, jv_string("parameters"), schema);
}

jv
mg_neutral_tools(jv tools, struct mg_names *names)
{
	jv out = jv_array();

	if (jv_get_kind(tools) != JV_KIND_ARRAY)
		return out;
	jv_array_foreach(tools, i, tool) {
		if (jv_get_kind(tool) == JV_KIND_OBJECT)
			out = jv_array_append(out, neutral_tool(tool, names));
		jv_free(tool);
	}
	return out;
}
