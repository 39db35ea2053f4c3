/* attach.c - a file as a part of content.
 * SPDX-License-Identifier: MIT */
#include "chunk/attach.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chunk/json.h"
#include "rt/bounds.h"
#include "rt/buf.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/write.h"

#define ATTACH_MAX	(11 * MG_MIB)	/* base64 makes 14.7 of it: the task must fit a line */

static const struct kind {
	const char	*magic;		/* at offset at; NULL: only the ending tells */
	size_t		 len, at;
	const char	*ending, *type, *mime;
} kinds[] = {
	{ "\211PNG\r\n\032\n", 8, 0, ".png", "image", "image/png" },
	{ "\377\330\377", 3, 0, ".jpg", "image", "image/jpeg" },
	{ "GIF8", 4, 0, ".gif", "image", "image/gif" },
	{ "WEBP", 4, 8, ".webp", "image", "image/webp" },
	{ "WAVE", 4, 8, ".wav", "audio", "audio/wav" },
	{ "ID3", 3, 0, ".mp3", "audio", "audio/mpeg" },
	{ "OggS", 4, 0, ".ogg", "audio", "audio/ogg" },
	{ "fLaC", 4, 0, ".flac", "audio", "audio/flac" },
	{ "ftypM4A", 7, 4, ".m4a", "audio", "audio/mp4" },
	{ "ftyp", 4, 4, ".mp4", "video", "video/mp4" },
	{ "\032\105\337\243", 4, 0, ".webm", "video", "video/webm" },
	{ "%PDF-", 5, 0, ".pdf", "file", "application/pdf" },
	{ NULL, 0, 0, ".jpeg", "image", "image/jpeg" },
	{ NULL, 0, 0, ".mov", "video", "video/quicktime" },
};

static const struct kind *
kind_of(const char *name, const char *p, size_t n)
{
	size_t i, len = name != NULL ? strlen(name) : 0, e;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].magic != NULL && n >= kinds[i].at + kinds[i].len &&
		    memcmp(p + kinds[i].at, kinds[i].magic, kinds[i].len) == 0)
			return &kinds[i];
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		e = strlen(kinds[i].ending);
		if (len > e && strcasecmp(name + len - e, kinds[i].ending) == 0)
			return &kinds[i];
	}
	return NULL;
}

static jv
base64(const char *s, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s;
	char *out = mg_malloc(n / 3 * 4 + 5), *q = out;
	unsigned v;
	jv text;

	for (; n >= 3; n -= 3, p += 3) {
		v = (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];
		*q++ = digit[v >> 18];
		*q++ = digit[v >> 12 & 63];
		*q++ = digit[v >> 6 & 63];
		*q++ = digit[v & 63];
	}
	if (n > 0) {
		v = (unsigned)p[0] << 16 | (n == 2 ? (unsigned)p[1] << 8 : 0);
		*q++ = digit[v >> 18];
		*q++ = digit[v >> 12 & 63];
		*q++ = n == 2 ? digit[v >> 6 & 63] : '=';
		*q++ = '=';
	}
	text = jv_string_sized(out, (int)(q - out));
	free(out);
	return text;
}

int
mg_attach_is_text(const char *p, size_t n)
{
	return memchr(p, '\0', n) == NULL && mg_utf8_prefix(p, n) == n;
}

static jv
set(jv o, const char *key, const char *text)
{
	return jv_object_set(o, jv_string(key), jv_string(text));
}

jv
mg_attach_bytes(const char *name, const char *p, size_t n)
{
	const char *slash = name != NULL ? strrchr(name, '/') : NULL;
	const struct kind *k;
	jv part = jv_object();

	if (slash != NULL)
		name = slash + 1;
	if (mg_attach_is_text(p, n)) {
		part = set(part, "type", "text");
		if (name != NULL)
			part = set(part, "name", name);
		return jv_object_set(part, jv_string("text"), jv_string_sized(p, (int)n));
	}
	k = kind_of(name, p, n);
	part = set(part, "type", k != NULL ? k->type : "file");
	if (name != NULL)
		part = set(part, "name", name);
	part = set(part, "mime", k != NULL ? k->mime : "application/octet-stream");
	return jv_object_set(part, jv_string("data"), base64(p, n));
}

jv
mg_attach_file(const char *path, struct mg_err *e)
{
	size_t n;
	char *p = mg_read_file(path, ATTACH_MAX, &n, e);
	jv part;

	if (p == NULL)
		return jv_invalid();
	part = mg_attach_bytes(strcmp(path, "-") == 0 ? NULL : path, p, n);
	free(p);
	return part;
}

jv
mg_attach_add(jv content, jv part)
{
	jv text;

	if (jv_get_kind(content) == JV_KIND_STRING) {
		text = jv_object_set(set(jv_object(), "type", "text"), jv_string("text"), content);
		content = jv_array_append(jv_array(), text);
	}
	return jv_array_append(content, part);
}
