/* wire.c - a call's request, as it goes out.
 * SPDX-License-Identifier: MIT */
#include "model/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chunk/json.h"
#include "model/call.h"
#include "model/provider.h"
#include "model/settings.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/mem.h"

/* The input of a provider's request function. */
static jv
input(const struct mg_call_spec *s, jv omit, struct mg_names *names)
{
	int rich = jv_array_length(jv_copy(omit)) > 0;
	jv in = jv_object_set(jv_object(), jv_string("backend"), jv_copy(s->backend));

	/* its tools first: they have the first right to their own names */
	in = jv_object_set(in, jv_string("tools"), mg_neutral_tools(s->tools, names));
	in = jv_object_set(in, jv_string("messages"), mg_neutral_messages(s->messages, names, &rich));
	in = jv_object_set(in, jv_string("settings"), mg_settings(s->backend, omit, &rich));
	in = jv_object_set(in, jv_string("omit"), jv_copy(omit));
	return jv_object_set(in, jv_string("rich"), jv_bool(rich));
}

/* text with everything but unreserved characters as %XX. */
static void
add_encoded(struct mg_buf *b, const char *text)
{
	for (; *text != '\0'; text++)
		if (strchr("-._~", *text) != NULL || (*text >= '0' && *text <= '9') ||
		    (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z'))
			mg_buf_addc(b, *text);
		else
			mg_buf_printf(b, "%%%02X", (unsigned)(unsigned char)*text);
}

/* A setting's value as plain text. */
static char *
plain_text(jv v)
{
	char *s;

	if (jv_get_kind(v) != JV_KIND_STRING)
		v = jv_dump_string(v, 0);
	s = mg_strdup(jv_string_value(v));
	jv_free(v);
	return s;
}

static char *
make_url(jv backend, jv request)
{
	struct mg_buf b = MG_BUF(MG_MIB);
	jv query = mg_jv_get(backend, "extra_query");
	const char *path = mg_jv_str(request, "path", mg_jv_str(backend, "path", ""));
	char *text;

	if (mg_jv_str(request, "url", NULL) != NULL)
		mg_buf_adds(&b, mg_jv_str(request, "url", ""));
	else
		mg_buf_printf(&b, "%s%s", mg_jv_str(backend, "base_url", ""), path);
	if (jv_get_kind(query) == JV_KIND_OBJECT)
		jv_object_foreach(query, k, v) {
			mg_buf_addc(&b, strchr(mg_buf_str(&b), '?') != NULL ? '&' : '?');
			add_encoded(&b, jv_string_value(k));
			mg_buf_addc(&b, '=');
			text = plain_text(v);
			add_encoded(&b, text);
			free(text);
			jv_free(k);
		}
	jv_free(query);
	return mg_buf_take(&b, NULL);
}

static int
has_header(char **header, size_t n, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < n; i++)
		if (strncasecmp(header[i], name, len) == 0 && header[i][len] == ':')
			return 1;
	return 0;
}

/* Adds an object's members as headers, unless one of that name stands there. Consumes o. */
static void
add_headers(struct mg_wire *w, size_t *n, size_t *cap, jv o)
{
	char *text;

	if (jv_get_kind(o) == JV_KIND_OBJECT)
		jv_object_foreach(o, k, v) {
			if (jv_get_kind(v) != JV_KIND_NULL && !has_header(w->header, *n, jv_string_value(k))) {
				w->header = mg_grow(w->header, *n + 1, cap, sizeof *w->header);
				text = plain_text(jv_copy(v));
				w->header[(*n)++] = mg_printf("%s: %s", jv_string_value(k), text);
				w->header[*n] = NULL;
				free(text);
			}
			jv_free(k);
			jv_free(v);
		}
	jv_free(o);
}

/* The key's header first; what the configuration asks for wins over the provider's file, and both over ours. */
static void
make_headers(struct mg_wire *w, const struct mg_call_spec *s, jv request)
{
	const char *auth = mg_jv_str(s->backend, "auth", "bearer"), *name;
	jv extra = mg_jv_get(s->backend, "extra_headers"), own = jv_invalid();
	size_t n = 0, cap = 0, i;

	w->header = mg_grow(w->header, 1, &cap, sizeof *w->header);
	w->header[0] = NULL;
	name = strcmp(auth, "bearer") == 0 ? "Authorization" : auth;
	if (jv_get_kind(extra) == JV_KIND_OBJECT)
		jv_object_foreach(extra, k, v) {
			if (strcasecmp(jv_string_value(k), name) == 0)
				own = jv_true();
			jv_free(k);
			jv_free(v);
		}
	if (s->key != NULL && strcmp(auth, "none") != 0 && !jv_is_valid(own)) {
		w->header[n++] = mg_printf("%s: %s%s", name, name == auth ? "" : "Bearer ", s->key);
		w->header[n] = NULL;
		w->secret = 1;
	}
	add_headers(w, &n, &cap, extra);
	add_headers(w, &n, &cap, mg_jv_get(request, "headers"));
	own = jv_object_set(jv_object(), jv_string("Content-Type"), jv_string("application/json"));
	add_headers(w, &n, &cap, jv_object_set(own, jv_string("Accept"), jv_string("text/event-stream")));
	for (i = 0; i < n; i++)		/* a header without a value would take libcurl's own away */
		if (w->header[i][strlen(w->header[i]) - 1] == ' ')
			w->header[i][strcspn(w->header[i], ":")] = ';';
}

static int
make_body(struct mg_wire *w, const struct mg_call_spec *s, jv request, jv omit, struct mg_err *e)
{
	jv body = mg_jv_get(request, "body"), extra = mg_jv_get(s->backend, "extra_body"), text;

	if (jv_get_kind(body) != JV_KIND_OBJECT) {
		jv_free(body);
		jv_free(extra);
		return mg_fail(e, MG_DATA, "provider %s: request: it gave no body",
		    mg_jv_str(s->backend, "wire", ""));
	}
	if (jv_get_kind(extra) == JV_KIND_OBJECT)
		body = jv_object_merge_recursive(body, jv_copy(extra));
	jv_free(extra);
	jv_array_foreach(omit, i, name)
		body = jv_object_delete(body, name);
	text = jv_dump_string(body, 0);
	w->body_len = (size_t)jv_string_length_bytes(jv_copy(text));
	w->body = mg_memdup(jv_string_value(text), w->body_len);
	jv_free(text);
	if (w->body_len > MG_BODY_MAX)
		return mg_fail(e, MG_DATA, "the request is longer than %zu bytes: fewer or smaller "
		    "files may help", (size_t)MG_BODY_MAX);
	return 0;
}

int
mg_wire_build(struct mg_wire *w, struct mg_provider *p, const struct mg_call_spec *s, jv omit,
    struct mg_names *names, struct mg_err *e)
{
	jv request;
	int r;

	*w = (struct mg_wire){ .optional = jv_invalid() };
	request = mg_provider_request(p, input(s, omit, names), e);
	if (!jv_is_valid(request)) {
		jv_free(request);
		return -1;
	}
	snprintf(w->method, sizeof w->method, "%s", mg_jv_str(request, "method", "POST"));
	w->url = make_url(s->backend, request);
	make_headers(w, s, request);
	w->optional = mg_jv_get(request, "optional");
	r = make_body(w, s, request, omit, e);
	jv_free(request);
	return r;
}

void
mg_wire_free(struct mg_wire *w)
{
	size_t i;

	if (w->secret)
		explicit_bzero(w->header[0], strlen(w->header[0]));
	for (i = 0; w->header != NULL && w->header[i] != NULL; i++)
		free(w->header[i]);
	free(w->header);
	free(w->url);
	free(w->body);
	jv_free(w->optional);
	*w = (struct mg_wire){ .optional = jv_invalid() };
}

void
mg_wire_header(struct mg_buf *b, const char *header)
{
	static const char *const words[] = { "auth", "key", "token", "secret", "cookie", "password", NULL };
	size_t name = strcspn(header, ":;"), i, k;
	char lower[64];

	for (i = 0; i < name && i < sizeof lower - 1; i++)
		lower[i] = (char)(header[i] >= 'A' && header[i] <= 'Z' ? header[i] + 32 : header[i]);
	lower[i] = '\0';
	for (k = 0; words[k] != NULL; k++)
		if (strstr(lower, words[k]) != NULL)
			break;
	if (words[k] == NULL)
		mg_buf_adds(b, header);
	else
		mg_buf_printf(b, "%.*s: %s***", (int)name, header,
		    strncasecmp(header + name, ": bearer ", 9) == 0 ? "Bearer " : "");
}
