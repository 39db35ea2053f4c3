/* slots.c - tool calls out of the pieces in which they come.
 * SPDX-License-Identifier: MIT */
#include "model/slots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "model/call.h"
#include "model/names.h"
#include "rt/bounds.h"
#include "rt/mem.h"

#define SLOTS_MAX	1024	/* calls in one reply; beyond it a server plays with us */

static int
is_object(const char *p, size_t len)
{
	struct mg_bad bad;
	size_t n;

	return mg_json_object(p, len, NULL, 0, &n, &bad) == 0;
}

static struct mg_slot *
slot_new(struct mg_slots *s, jv index)
{
	struct mg_slot *slot;

	s->a = mg_grow(s->a, s->n, &s->cap, sizeof *s->a);
	slot = &s->a[s->n++];
	*slot = (struct mg_slot){ .arguments = MG_BUF(MG_BODY_MAX), .extra = jv_invalid() };
	if (jv_get_kind(index) == JV_KIND_NUMBER) {
		slot->has_index = 1;
		slot->index = jv_number_value(index);
	}
	return slot;
}

/* With a number: the newest slot of that number, unless it has another id (some servers
 * give every call the number 0). */
static struct mg_slot *
by_index(struct mg_slots *s, jv index, const char *id)
{
	size_t i;

	for (i = s->n; i > 0; i--)
		if (s->a[i - 1].has_index && s->a[i - 1].index == jv_number_value(index)) {
			if (*id != '\0' && s->a[i - 1].id != NULL && strcmp(s->a[i - 1].id, id) != 0)
				break;
			return &s->a[i - 1];
		}
	return slot_new(s, index);
}

/* Without a number: a known id continues its slot, a new one opens one, none continues the
 * last; unless that one is complete, or has another name, and a new call comes whole. */
static struct mg_slot *
by_id(struct mg_slots *s, const char *id, const char *name, int has_arguments)
{
	struct mg_slot *last = s->n > 0 ? &s->a[s->n - 1] : NULL;
	size_t i;

	if (*id != '\0') {
		for (i = s->n; i > 0; i--)
			if (s->a[i - 1].id != NULL && strcmp(s->a[i - 1].id, id) == 0)
				return &s->a[i - 1];
		return slot_new(s, jv_null());
	}
	if (last == NULL || (*name != '\0' && last->name != NULL && (strcmp(name, last->name) != 0 ||
	    (has_arguments && is_object(mg_buf_str(&last->arguments), last->arguments.len)))))
		return slot_new(s, jv_null());
	return last;
}

static int
add_arguments(struct mg_slot *slot, jv text, jv path, struct mg_span data, int marked)
{
	struct mg_span raw = { NULL, 0 };
	size_t before = slot->arguments.len, n;

	if (jv_get_kind(path) == JV_KIND_ARRAY)
		raw = mg_json_at(data, path);
	if (raw.p != NULL) {
		mg_buf_clear(&slot->arguments);
		slot->whole = 1;
		return mg_buf_add(&slot->arguments, raw.p, raw.n);
	}
	if (slot->whole || jv_get_kind(text) != JV_KIND_STRING)
		return 0;
	n = (size_t)jv_string_length_bytes(jv_copy(text));
	if (n > slot->arguments.max - before)
		return -1;
	mg_half_add(&slot->half, &slot->arguments, jv_string_value(text), n, marked);
	return 0;
}

int
mg_slots_add(struct mg_slots *s, jv piece, struct mg_span data, int marked)
{
	jv index = mg_jv_get(piece, "slot"), text = mg_jv_get(piece, "arguments");
	jv path = mg_jv_get(piece, "raw"), extra = mg_jv_get(piece, "extra");
	const char *id = mg_jv_str(piece, "id", ""), *name = mg_jv_str(piece, "name", "");
	int has_text = (jv_get_kind(text) == JV_KIND_STRING && *jv_string_value(text) != '\0') ||
	    jv_get_kind(path) == JV_KIND_ARRAY;
	struct mg_slot *slot;
	int r = 0;

	if ((*id != '\0' || *name != '\0' || has_text || jv_get_kind(extra) == JV_KIND_OBJECT) &&
	    s->n < SLOTS_MAX) {
		slot = jv_get_kind(index) == JV_KIND_NUMBER ? by_index(s, index, id) :
		    by_id(s, id, name, has_text);
		if (slot->id == NULL && *id != '\0')
			slot->id = mg_strdup(id);
		if (slot->name == NULL && *name != '\0')
			slot->name = mg_strdup(name);
		if (jv_get_kind(extra) == JV_KIND_OBJECT) {
			jv_free(slot->extra);
			slot->extra = jv_copy(extra);
		}
		r = add_arguments(slot, text, path, data, marked);
	}
	jv_free(index);
	jv_free(text);
	jv_free(path);
	jv_free(extra);
	return r;
}

/* An id of our own, where the provider gave none or one twice. */
static char *
make_id(void)
{
	unsigned char r[12];
	char id[2 * sizeof r + 1];
	size_t i;

	if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r)
		memset(r, 0, sizeof r);
	for (i = 0; i < sizeof r; i++)
		snprintf(id + 2 * i, 3, "%02x", r[i]);
	return mg_printf("call_%s", id);
}

static int
id_taken(const struct mg_tool_call *c, size_t n, const char *id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(c[i].id, id) == 0)
			return 1;
	return 0;
}

static void
finish(struct mg_tool_call *c, size_t i, struct mg_slot *slot, const struct mg_names *names)
{
	const char *text;
	size_t n;

	mg_half_end(&slot->half, &slot->arguments);
	text = mg_buf_str(&slot->arguments);
	n = slot->arguments.len;
	if (strspn(text, " \t\r\n") == n)
		c[i].arguments = mg_strdup("{}");
	else
		c[i].arguments = mg_memdup(text, n);
	c[i].cut = slot->name == NULL || !is_object(c[i].arguments, strspn(text, " \t\r\n") == n ? 2 : n);
	c[i].name = mg_strdup(slot->name != NULL ? mg_names_real(names, slot->name) : "unnamed");
	if (slot->id != NULL && !id_taken(c, i, slot->id)) {
		c[i].id = slot->id;
		slot->id = NULL;
	} else {
		c[i].id = make_id();
	}
}

struct mg_tool_call *
mg_slots_take(struct mg_slots *s, const struct mg_names *names, size_t *n, jv *opaque)
{
	struct mg_tool_call *c = mg_calloc(s->n, sizeof *c);
	size_t i;
	jv item;

	for (i = 0; i < s->n; i++) {
		finish(c, i, &s->a[i], names);
		if (!jv_is_valid(s->a[i].extra))
			continue;
		item = jv_object_set(jv_object(), jv_string("call_id"), jv_string(c[i].id));
		item = jv_object_set(item, jv_string("extra"), jv_copy(s->a[i].extra));
		*opaque = jv_array_append(*opaque, item);
	}
	*n = s->n;
	mg_slots_free(s);
	return c;
}

void
mg_slots_free(struct mg_slots *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->a[i].id);
		free(s->a[i].name);
		mg_buf_free(&s->a[i].arguments);
		jv_free(s->a[i].extra);
	}
	free(s->a);
	*s = (struct mg_slots){ 0 };
}

void
mg_calls_free(struct mg_tool_call *c, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(c[i].id);
		free(c[i].name);
		free(c[i].arguments);
	}
	free(c);
}
