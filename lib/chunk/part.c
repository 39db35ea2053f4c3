/* part.c - the rules for what stands in lists.
 * SPDX-License-Identifier: MIT */
#include "chunk/part.h"

#include <string.h>

/* An object's member is a string that is not empty. */
static int
has(jv o, const char *key)
{
	return *mg_jv_str(o, key, "") != '\0';
}

static int
has_string(jv o, const char *key)
{
	return mg_jv_str(o, key, NULL) != NULL;
}

/* Each returns what is wrong with one element, or NULL.  They borrow it. */
static const char *
part_fault(jv part)
{
	static const char *const media[] = { "image", "audio", "video", "file" };
	const char *type = mg_jv_str(part, "type", "");
	size_t i;

	if (*type == '\0')
		return "a part must be an object with a type";
	if (strcmp(type, "text") == 0 && !has_string(part, "text"))
		return "a text part must have a text";
	for (i = 0; i < sizeof media / sizeof *media; i++)
		if (strcmp(type, media[i]) == 0)
			break;
	if (i == sizeof media / sizeof *media)
		return NULL;
	if (!has(part, "mime"))
		return "an image, audio, video or file part must have a mime type";
	if (has_string(part, "data") + has(part, "url") + has(part, "blob") != 1)
		return "an image, audio, video or file part must have one of data, url and blob";
	return NULL;
}

static const char *
word_fault(jv word)
{
	return jv_get_kind(word) == JV_KIND_STRING ? NULL : "a command must be a list of strings";
}

static const char *
tool_fault(jv tool)
{
	return has(tool, "name") ? NULL : "a tool must be an object with a name";
}

/* The first fault of a list's elements, or NULL.  Consumes it. */
static const char *
list_fault(jv list, const char *(*fault)(jv))
{
	const char *why = NULL;
	int i, n;
	jv v;

	if (jv_get_kind(list) == JV_KIND_ARRAY)
		for (i = 0, n = jv_array_length(jv_copy(list)); why == NULL && i < n; i++) {
			v = jv_array_get(jv_copy(list), i);
			why = fault(v);
			jv_free(v);
		}
	jv_free(list);
	return why;
}

static const char *
message_fault(jv message)
{
	jv content = mg_jv_get(message, "content");
	jv_kind kind = jv_get_kind(content);

	if (!has(message, "role") || (kind != JV_KIND_STRING && kind != JV_KIND_ARRAY)) {
		jv_free(content);
		return "a message must be an object with a role and a content";
	}
	return list_fault(content, part_fault);
}

static int
member(const struct mg_chunk *c, const char *name, const char *(*fault)(jv), struct mg_bad *b)
{
	struct mg_span raw = mg_chunk_raw(c, name);
	const char *why;

	if (raw.p == NULL || *raw.p != '[' || (why = list_fault(mg_json_value(raw), fault)) == NULL)
		return 0;
	*b = (struct mg_bad){ (size_t)(raw.p - c->line), why };
	return -1;
}

int
mg_parts_check(const struct mg_chunk *c, struct mg_bad *b)
{
	switch (c->type) {
	case MG_ASK:
		return member(c, "content", message_fault, b);
	case MG_TOOLS:
		return member(c, "tools", tool_fault, b);
	case MG_AGENT:
		return member(c, "launcher", word_fault, b) == -1 ? -1 : member(c, "tools", word_fault, b);
	case MG_UNKNOWN:
		return 0;
	default:
		return member(c, "content", part_fault, b);
	}
}
