/* tape.c - what a provider was asked and what it sent, kept in a folder and played back.
 * SPDX-License-Identifier: MIT */
#include "model/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <jv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chunk/json.h"
#include "model/wire.h"
#include "rt/bounds.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/write.h"

struct mg_tape {
	int		 fd;		/* recording; -1: playing */
	int64_t		 start;		/* mg_now at the request */
	int		 headed;	/* the first line is written */
	struct mg_buf	 line;		/* the one that is written or played */
	char		*text;		/* playing: the whole file */
	size_t		 len, at;
	double		 speed;
	jv		 head, tail;	/* first and last line */
	int64_t		 due;
	jv		 next;		/* the piece that is due then */
};

static const char *const endings[] = { [MG_HTTP_RUNNING] = "running", [MG_HTTP_DONE] = "done",
	[MG_HTTP_NETWORK] = "network", [MG_HTTP_TIMEOUT] = "timeout", [MG_HTTP_PROTOCOL] = "protocol" };

static struct mg_tape *
tape_new(void)
{
	struct mg_tape *t = mg_calloc(1, sizeof *t);

	t->fd = -1;
	t->start = mg_now();
	t->line = MG_BUF(2 * MG_BODY_MAX);
	t->head = t->tail = t->next = jv_invalid();
	return t;
}

void
mg_tape_free(struct mg_tape *t)
{
	if (t == NULL)
		return;
	if (t->fd != -1)
		close(t->fd);
	mg_buf_free(&t->line);
	free(t->text);
	jv_free(t->head);
	jv_free(t->tail);
	jv_free(t->next);
	free(t);
}

/* Adds "name":"value" of a header line that is safe to keep; first tells about the comma. */
static void
add_header(struct mg_buf *b, const char *header, int *first)
{
	struct mg_buf shown = MG_BUF(MG_MIB);
	const char *text, *value;
	size_t name;

	mg_wire_header(&shown, header);
	text = mg_buf_str(&shown);
	name = strcspn(text, ":;");
	value = text + name + (text[name] != '\0');
	value += strspn(value, " ");
	if (!*first)
		mg_buf_addc(b, ',');
	*first = 0;
	mg_json_quote(b, text, name);
	mg_buf_addc(b, ':');
	mg_json_quote(b, value, strlen(value));
	mg_buf_free(&shown);
}

/* Creates DIR/NNN.request.json; -1 where the number is taken, -2 on an error. */
static int
write_request(const char *dir, long n, const struct mg_wire *w, struct mg_err *e)
{
	char *path = mg_printf("%s/%03ld.request.json", dir, n);
	struct mg_buf b = MG_BUF(3 * MG_BODY_MAX);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), first = 1, r = 0;
	size_t i;

	if (fd == -1) {
		r = errno == EEXIST ? -1 : -2;
		mg_fail(e, MG_SYS, "%s: %s", path, strerror(errno));
		free(path);
		return r;
	}
	mg_buf_adds(&b, "{\"method\":");
	mg_json_quote(&b, w->method, strlen(w->method));
	mg_buf_adds(&b, ",\"url\":");
	mg_json_quote(&b, w->url, strlen(w->url));
	mg_buf_adds(&b, ",\"headers\":{");
	for (i = 0; w->header[i] != NULL; i++)
		add_header(&b, w->header[i], &first);
	mg_buf_adds(&b, "},\"body\":");
	mg_buf_add(&b, w->body, w->body_len);
	mg_buf_adds(&b, "}\n");
	if (mg_write(fd, b.p, b.len, e) == -1)
		r = -2;
	close(fd);
	mg_buf_free(&b);
	free(path);
	return r;
}

struct mg_tape *
mg_tape_record(const char *dir, long *count, const struct mg_wire *w, struct mg_err *e)
{
	struct mg_tape *t;
	char *path;
	int r;

	if (mkdir(dir, 0700) == -1 && errno != EEXIST) {
		mg_fail(e, MG_SYS, "%s: %s", dir, strerror(errno));
		return NULL;
	}
	do
		r = write_request(dir, ++*count, w, e);
	while (r == -1);
	if (r == -2)
		return NULL;
	t = tape_new();
	path = mg_printf("%s/%03ld.reply", dir, *count);
	if ((t->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) == -1) {
		mg_fail(e, MG_SYS, "%s: %s", path, strerror(errno));
		mg_tape_free(t);
		t = NULL;
	}
	free(path);
	return t;
}

/* Writes the line; a disk that fills up ends the recording, not the call. */
static void
put_line(struct mg_tape *t)
{
	struct mg_err e;

	mg_buf_addc(&t->line, '\n');
	if (t->fd != -1 && mg_write(t->fd, t->line.p, t->line.len, &e) == -1) {
		close(t->fd);
		t->fd = -1;
	}
	mg_buf_clear(&t->line);
}

static void
put_head(struct mg_tape *t, const struct mg_request *r)
{
	const char *h = mg_request_headers(r);
	int first = 1;

	if (t->headed)
		return;
	t->headed = 1;
	mg_buf_printf(&t->line, "{\"status\":%d,\"headers\":{", mg_request_status(r));
	for (; *h != '\0'; h += strlen(h) + 1)
		add_header(&t->line, h, &first);
	mg_buf_adds(&t->line, "}}");
	put_line(t);
}

/* Bytes as a JSON string; 1 where each became a character of its own. */
static int
put_bytes(struct mg_buf *b, const char *p, size_t n)
{
	struct mg_buf back = MG_BUF(MG_BODY_MAX);
	size_t at = b->len, i;
	int same;

	mg_json_quote(b, p, n);
	mg_json_unquote(&back, b->p + at, b->len - at);
	same = back.len == n && memcmp(mg_buf_str(&back), p, n) == 0;
	mg_buf_free(&back);
	if (same)
		return 0;
	b->len = at;
	mg_buf_addc(b, '"');
	for (i = 0; i < n; i++)
		mg_buf_printf(b, "\\u%04x", (unsigned)(unsigned char)p[i]);
	mg_buf_addc(b, '"');
	return 1;
}

void
mg_tape_data(struct mg_tape *t, const struct mg_request *r, const char *p, size_t n)
{
	put_head(t, r);
	mg_buf_printf(&t->line, "[%lld,", (long long)(mg_now() - t->start));
	mg_buf_adds(&t->line, put_bytes(&t->line, p, n) ? ",true]" : "]");
	put_line(t);
}

void
mg_tape_end(struct mg_tape *t, const struct mg_request *r, enum mg_http_end end, const char *why)
{
	put_head(t, r);
	mg_buf_printf(&t->line, "{\"end\":\"%s\",\"why\":", endings[end]);
	mg_json_quote(&t->line, why, strlen(why));
	mg_buf_addc(&t->line, '}');
	put_line(t);
}

static jv
read_line(struct mg_tape *t)
{
	const char *p = t->text + t->at, *end = memchr(p, '\n', t->len - t->at);
	size_t n = end != NULL ? (size_t)(end - p) : t->len - t->at;

	t->at += n + (end != NULL);
	return n > 0 ? jv_parse_sized(p, (int)n) : jv_invalid();
}

/* Reads ahead: the next piece and when it is due, or the last line. */
static void
advance(struct mg_tape *t)
{
	jv v = read_line(t), ms;

	jv_free(t->next);
	t->next = jv_invalid();
	if (jv_get_kind(v) != JV_KIND_ARRAY) {
		jv_free(t->tail);
		t->tail = v;
		return;
	}
	ms = jv_array_get(jv_copy(v), 0);
	t->due = t->speed > 0 && jv_get_kind(ms) == JV_KIND_NUMBER ?
	    t->start + (int64_t)(jv_number_value(ms) / t->speed) : 0;
	jv_free(ms);
	t->next = v;
}

struct mg_tape *
mg_tape_play(const char *dir, long *count, double speed, struct mg_err *e)
{
	char *path = mg_printf("%s/%03ld.reply", dir, ++*count);
	struct mg_tape *t = tape_new();

	t->speed = speed;
	if ((t->text = mg_read_file(path, MG_FILE_MAX, &t->len, e)) != NULL) {
		jv_free(t->head);
		t->head = read_line(t);
		if (jv_get_kind(t->head) == JV_KIND_OBJECT)
			advance(t);
		else
			mg_fail(e, MG_DATA, "%s: not a recorded reply", path);
	}
	if (jv_get_kind(t->head) != JV_KIND_OBJECT) {
		mg_tape_free(t);
		t = NULL;
	}
	free(path);
	return t;
}

/* Characters back into the bytes that they stand for. */
static void
to_bytes(struct mg_buf *b)
{
	size_t i, k = 0;

	for (i = 0; i < b->len; i++, k++)
		if ((unsigned char)b->p[i] >= 0xc0 && i + 1 < b->len) {
			b->p[k] = (char)((b->p[i] & 3) << 6 | (b->p[i + 1] & 0x3f));
			i++;
		} else {
			b->p[k] = b->p[i];
		}
	b->len = k;
	if (b->p != NULL)
		b->p[k] = '\0';
}

int
mg_tape_next(struct mg_tape *t, const char **p, size_t *n)
{
	jv text, raw;

	if (jv_get_kind(t->next) != JV_KIND_ARRAY)
		return -1;
	if (t->due > mg_now())
		return 0;
	text = jv_array_get(jv_copy(t->next), 1);
	raw = jv_array_get(jv_copy(t->next), 2);
	mg_buf_clear(&t->line);
	if (jv_get_kind(text) == JV_KIND_STRING)
		mg_buf_add(&t->line, jv_string_value(text), (size_t)jv_string_length_bytes(jv_copy(text)));
	if (jv_get_kind(raw) == JV_KIND_TRUE)
		to_bytes(&t->line);
	jv_free(text);
	jv_free(raw);
	advance(t);
	*p = mg_buf_str(&t->line);
	*n = t->line.len;
	return 1;
}

int64_t
mg_tape_due(const struct mg_tape *t)
{
	return jv_get_kind(t->next) == JV_KIND_ARRAY ? t->due : 0;
}

int
mg_tape_status(const struct mg_tape *t)
{
	return (int)mg_jv_num(t->head, "status", 0);
}

const char *
mg_tape_header(const struct mg_tape *t, const char *name)
{
	jv headers = mg_jv_get(t->head, "headers");
	const char *found = NULL;

	if (jv_get_kind(headers) == JV_KIND_OBJECT)
		jv_object_foreach(headers, k, v) {
			if (strcasecmp(jv_string_value(k), name) == 0 && jv_get_kind(v) == JV_KIND_STRING)
				found = jv_string_value(v);	/* head still holds it */
			jv_free(k);
			jv_free(v);
		}
	jv_free(headers);
	return found;
}

enum mg_http_end
mg_tape_ending(const struct mg_tape *t, const char **why)
{
	const char *end = mg_jv_str(t->tail, "end", "");
	int i;

	*why = mg_jv_str(t->tail, "why", "the recording ends here");
	for (i = MG_HTTP_DONE; i <= MG_HTTP_PROTOCOL; i++)
		if (strcmp(end, endings[i]) == 0)
			return (enum mg_http_end)i;
	return MG_HTTP_NETWORK;
}
