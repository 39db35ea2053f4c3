/* find.c - a backend for this machine: a key in the environment, else a local server on its usual port.
 * SPDX-License-Identifier: MIT
 *
 * Plain sockets to this machine and no names to resolve: mg-run calls this, and links no HTTP library. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chunk/json.h"
#include "model/backend.h"
#include "model/endpoint.h"
#include "model/rows.h"
#include "rt/bounds.h"
#include "rt/buf.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/share.h"

#define CONNECT_MS	300	/* for all ports together */
#define LIST_MS		1000	/* for one server's list of models */
#define LIST_MAX	(4 * MG_MIB)
#define PROBES		32

struct probe {
	const char	*type;		/* of the row; borrowed from rows */
	char		 host[64];	/* as it stands in a URL */
	int		 port, fd, up;
};

struct search {
	jv		 rows;
	struct probe	 probe[PROBES];
	size_t		 n;
	struct mg_buf	 keys, ports;	/* what was looked for, for the message */
	struct mg_buf	 idle;		/* servers that answered but have no model */
};

/* Whether this version speaks the row's wire. */
static int
speaks(jv row)
{
	char *name = mg_printf("providers/%s.jq", mg_jv_str(row, "wire", "")), *text;
	struct mg_err e;

	text = mg_share_text(name, NULL, NULL, &e);
	free(name);
	free(text);
	return text != NULL;
}

static jv
made(const char *type, const char *model, const char *url)
{
	jv b = jv_object_set(jv_object(), jv_string("type"), jv_string(type));

	if (url != NULL)
		b = jv_object_set(b, jv_string("base_url"), jv_string(url));
	return jv_object_set(b, jv_string("model"), jv_string(model));
}

/* The variable of the row that holds a key; NULL: none is set.  The caller frees it. */
static char *
key_in_env(jv row, struct mg_buf *looked)
{
	jv keys = mg_jv_get(row, "keys"), name;
	int i, n = jv_get_kind(keys) == JV_KIND_ARRAY ? jv_array_length(jv_copy(keys)) : 0;
	char *found = NULL;
	const char *v;

	for (i = 0; i < n && found == NULL; i++) {
		name = jv_array_get(jv_copy(keys), i);
		if (jv_get_kind(name) == JV_KIND_STRING) {
			mg_buf_printf(
			    looked, "%s%s", looked->len > 0 ? ", " : "", jv_string_value(name));
			if ((v = getenv(jv_string_value(name))) != NULL &&
			    v[strspn(v, " \t\r\n")] != '\0')
				found = mg_strdup(jv_string_value(name));
		}
		jv_free(name);
	}
	jv_free(keys);
	return found;
}

static jv
by_key(struct search *s, char **chose)
{
	int i, n = jv_array_length(jv_copy(s->rows));
	jv row, b = jv_invalid();
	const char *model;
	char *name;

	for (i = 0; i < n && !jv_is_valid(b); i++) {
		row = jv_array_get(jv_copy(s->rows), i);
		model = mg_jv_str(row, "find", "");
		if (*model != '\0' && speaks(row) && (name = key_in_env(row, &s->keys)) != NULL) {
			*chose = mg_printf("%s with model %s, because %s is set",
			    mg_jv_str(row, "type", ""), model, name);
			b = made(mg_jv_str(row, "type", ""), model, NULL);
			free(name);
		}
		jv_free(row);
	}
	return b;
}

/* Begins to connect; a family that this machine does not have is no server. */
static void
knock(struct search *s, const char *type, const char *host, int port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	int six = strchr(host, ':') != NULL, r;
	struct probe *p;

	if (s->n == PROBES || port < 1 || port > 65535 ||
	    inet_pton(six ? AF_INET6 : AF_INET, host,
		six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) != 1)
		return;
	p = &s->probe[s->n];
	p->fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd == -1)
		return;
	r = six ? connect(p->fd, (struct sockaddr *)&v6, sizeof v6)
		: connect(p->fd, (struct sockaddr *)&v4, sizeof v4);
	if (r == -1 && errno != EINPROGRESS) {
		close(p->fd);
		return;
	}
	p->type = type;
	p->port = port;
	p->up = r == 0;
	snprintf(p->host, sizeof p->host, six ? "[%s]" : "%s", host);	/* inet_pton took it: it is short */
	s->n++;
}

/* OLLAMA_HOST names a server of its own: its port first, where its host is a number. */
static void
knock_ollama(struct search *s)
{
	const char *env = getenv("OLLAMA_HOST"), *colon;
	char *url, *host;
	jv row;

	if (env == NULL || *env == '\0')
		return;
	row = mg_rows_type(s->rows, "ollama");
	url = mg_ollama_url(env);
	host = mg_url_host(url);
	if ((colon = strrchr(url, ':')) != NULL && jv_is_valid(row) && strncmp(url, "http://", 7) == 0)
		knock(s, "ollama", strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
		    (int)strtol(colon + 1, NULL, 10));
	free(host);
	free(url);
	jv_free(row);
}

static void
knock_all(struct search *s)
{
	int i, k, m, n = jv_array_length(jv_copy(s->rows)), port;
	jv row, ports, v;

	knock_ollama(s);
	for (i = 0; i < n; i++) {
		row = jv_array_get(jv_copy(s->rows), i);
		ports = mg_jv_get(row, "ports");
		m = jv_get_kind(ports) == JV_KIND_ARRAY ? jv_array_length(jv_copy(ports)) : 0;
		for (k = 0; k < m; k++) {
			v = jv_array_get(jv_copy(ports), k);
			port = jv_get_kind(v) == JV_KIND_NUMBER ? (int)jv_number_value(v) : 0;
			jv_free(v);
			mg_buf_printf(&s->ports, "%s%d (%s)", s->ports.len > 0 ? ", " : "", port,
			    mg_jv_str(row, "title", ""));
			knock(s, mg_jv_str(row, "type", ""), "127.0.0.1", port);
			knock(s, mg_jv_str(row, "type", ""), "::1", port);
		}
		jv_free(ports);
		jv_free(row);	/* s->rows still holds its texts */
	}
}

/* Waits until each connection stands or has failed, CONNECT_MS at most. */
static void
wait_all(struct search *s)
{
	int64_t deadline = mg_now() + CONNECT_MS;
	struct pollfd fds[PROBES];
	size_t i, waiting;
	socklen_t len;
	int why;

	for (;;) {
		for (i = waiting = 0; i < s->n; i++) {
			fds[i] = (struct pollfd){ s->probe[i].up ? -1 : s->probe[i].fd, POLLOUT, 0 };
			waiting += fds[i].fd != -1;
		}
		if (waiting == 0 || mg_now() >= deadline)
			return;
		if (poll(fds, s->n, mg_timeout(deadline)) == -1 && errno != EINTR)
			return;
		for (i = 0; i < s->n; i++) {
			if (fds[i].fd == -1 || fds[i].revents == 0)
				continue;
			len = sizeof why;
			if (getsockopt(fds[i].fd, SOL_SOCKET, SO_ERROR, &why, &len) == 0 && why == 0) {
				s->probe[i].up = 1;
			} else {
				close(s->probe[i].fd);
				s->probe[i].fd = -1;
			}
		}
	}
}

/* Where the body begins, once all of it is there by its Content-Length; NULL: not known to be whole. */
static const char *
whole(const struct mg_buf *b)
{
	const char *text = mg_buf_str(b), *body = strstr(text, "\r\n\r\n"), *size;

	if (body == NULL || (size = strcasestr(text, "\r\nContent-Length:")) == NULL || size > body)
		return NULL;
	body += 4;
	return b->len - (size_t)(body - text) >= strtoul(size + 17, NULL, 10) ? body : NULL;
}

/* One GET over the connection; the whole reply into b.  0, or -1: too slow, too long, cut. */
static int
ask(const struct probe *p, struct mg_buf *b)
{
	/* HTTP/1.0: the reply ends with the connection and comes in no chunks */
	char *req =
	    mg_printf("GET /v1/models HTTP/1.0\r\nHost: %s:%d\r\nAccept: application/json\r\n\r\n",
		p->host, p->port);
	int64_t deadline = mg_now() + LIST_MS;
	struct pollfd fd = { p->fd, POLLIN, 0 };
	char piece[16384];
	ssize_t n;
	int r = -1;

	if (send(p->fd, req, strlen(req), MSG_NOSIGNAL) == (ssize_t)strlen(req)) {
		while (mg_now() < deadline &&
		    (poll(&fd, 1, mg_timeout(deadline)) >= 0 || errno == EINTR)) {
			if ((n = recv(p->fd, piece, sizeof piece, 0)) > 0) {
				if (mg_buf_add(b, piece, (size_t)n) == -1)
					break;
				if (whole(b) != NULL) {	/* it may keep the connection nevertheless */
					r = 0;
					break;
				}
			} else if (n == 0) {
				r = 0;
				break;
			} else if (errno != EAGAIN && errno != EINTR) {
				break;
			}
		}
	}
	free(req);
	return r;
}

/* The first model of a list that can talk. */
static jv
first_model(jv list)
{
	jv data = mg_jv_get(list, "data"), one;
	int i, n = jv_get_kind(data) == JV_KIND_ARRAY ? jv_array_length(jv_copy(data)) : -1;
	const char *id;

	if (n == -1) {
		jv_free(data);
		return jv_null();
	}
	for (i = 0; i < n; i++) {
		one = jv_array_get(jv_copy(data), i);
		id = mg_jv_str(one, "id", "");
		if (*id != '\0' && strstr(id, "embed") == NULL) {	/* LM Studio lists these too, often first */
			jv_free(data);
			return one;
		}
		jv_free(one);
	}
	jv_free(data);
	return jv_invalid();
}

/* The row whose servers call themselves so, else the port's.  The caller frees it. */
static char *
type_by_owner(jv rows, const char *owner, const char *type)
{
	int i, n = jv_array_length(jv_copy(rows));
	char *found = NULL;
	jv row;

	for (i = 0; i < n && found == NULL; i++) {
		row = jv_array_get(jv_copy(rows), i);
		if (mg_row_lists(row, "owned_by", owner))
			found = mg_strdup(mg_jv_str(row, "type", ""));
		jv_free(row);
	}
	return found != NULL ? found : mg_strdup(type);
}

/* A backend from what one server says of itself; invalid: it is no such server, or has no model. */
static jv
judge(struct search *s, const struct probe *p, struct mg_buf *reply, char **chose)
{
	const char *text = mg_buf_str(reply), *body = strstr(text, "\r\n\r\n");
	struct mg_bad bad;
	jv list, model, b;
	char *url, *type;

	if (strncmp(text, "HTTP/1.", 7) != 0 || strlen(text) < 12 ||
	    strncmp(text + 8, " 200", 4) != 0 || body == NULL ||
	    mg_json_check(body + 4, reply->len - (size_t)(body + 4 - text), &bad) == -1)
		return jv_invalid();
	list = jv_parse(body + 4);
	model = first_model(list);
	jv_free(list);
	if (jv_get_kind(model) != JV_KIND_OBJECT) {
		if (!jv_is_valid(model))
			mg_buf_printf(&s->idle, "; a server at port %d has no model loaded", p->port);
		jv_free(model);
		return jv_invalid();
	}
	url = mg_printf("http://%s:%d/v1", p->host, p->port);
	type = type_by_owner(s->rows, mg_jv_str(model, "owned_by", ""), p->type);
	*chose = mg_printf("%s with model %s, because it listens at %s:%d", type,
	    mg_jv_str(model, "id", ""), p->host, p->port);
	b = made(type, mg_jv_str(model, "id", ""), url);
	jv_free(model);
	free(type);
	free(url);
	return b;
}

static jv
by_port(struct search *s, char **chose)
{
	struct mg_buf reply = MG_BUF(LIST_MAX);
	jv b = jv_invalid();
	size_t i;

	knock_all(s);
	wait_all(s);
	for (i = 0; i < s->n && !jv_is_valid(b); i++) {
		mg_buf_clear(&reply);
		if (s->probe[i].up && ask(&s->probe[i], &reply) == 0)
			b = judge(s, &s->probe[i], &reply, chose);
	}
	for (i = 0; i < s->n; i++)
		if (s->probe[i].fd != -1)
			close(s->probe[i].fd);
	mg_buf_free(&reply);
	return b;
}

jv
mg_backend_find(char **chose, struct mg_err *e)
{
	struct search s = { .rows = mg_rows_load(e),
		.keys = MG_BUF(4096),
		.ports = MG_BUF(4096),
		.idle = MG_BUF(4096) };
	jv b;

	*chose = NULL;
	if (!jv_is_valid(s.rows))
		return s.rows;
	b = by_key(&s, chose);
	if (!jv_is_valid(b))
		b = by_port(&s, chose);
	if (!jv_is_valid(b))
		mg_fail(e, MG_USAGE,
		    "no model found: say -m or -c, or set a key; looked for %.280s, and for a server "
		    "at port %.110s%.60s",
		    mg_buf_str(&s.keys), mg_buf_str(&s.ports), mg_buf_str(&s.idle));
	mg_buf_free(&s.keys);
	mg_buf_free(&s.ports);
	mg_buf_free(&s.idle);
	jv_free(s.rows);
	return b;
}
