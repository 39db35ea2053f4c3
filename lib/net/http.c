/* http.c - requests over libcurl's multi interface, waited for together with other descriptors.
 * SPDX-License-Identifier: MIT
 *
 * A request whose data() said "enough" is over for its owner, but stays in the
 * pool until the server has ended the reply too: the connection, and with https
 * its handshake, then serves the next one. */
#include "net/http.h"

#include <curl/curl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/certs.h"
#include "net/pool.h"
#include "rt/bounds.h"
#include "rt/buf.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/opt.h"

#define LINGER_S	2.0		/* how long a reply may take to end after "enough" */
#define LINGER_BYTES	(64 * 1024)	/* and how much of it is read */
#define HEADERS_MAX	(256 * 1024)

static size_t
body_came(char *p, size_t size, size_t n, void *arg)
{
	struct mg_request *r = arg;

	n *= size;
	if (r->enough) {
		r->drained += n;
		return r->drained > LINGER_BYTES ? 0 : n;
	}
	r->began = 1;
	r->limit = mg_after(r->idle);
	r->http->happened++;
	if (r->data(r->arg, p, n) == -1) {
		r->enough = 1;
		r->end = MG_HTTP_DONE;
		r->limit = mg_after(LINGER_S);
	}
	return n;
}

/* A status line begins anew: an interim reply (100, 103) may come first. */
static size_t
header_came(char *p, size_t size, size_t n, void *arg)
{
	struct mg_request *r = arg;
	size_t len = size * n;

	if (len > 5 && memcmp(p, "HTTP/", 5) == 0)
		mg_buf_clear(&r->headers);
	else if (memchr(p, ':', len) != NULL) {
		while (len > 0 && (p[len - 1] == '\n' || p[len - 1] == '\r'))
			len--;
		if (mg_buf_add(&r->headers, p, len) == 0)
			mg_buf_addc(&r->headers, '\0');
	}
	return size * n;
}

struct mg_http *
mg_http_new(struct mg_err *e)
{
	struct mg_http *h;

	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK) {
		mg_fail(e, MG_SYS, "libcurl: cannot be initialised");
		return NULL;
	}
	h = mg_calloc(1, sizeof *h);
	if ((h->multi = curl_multi_init()) == NULL) {
		mg_fail(e, MG_SYS, "libcurl: out of memory");
		curl_global_cleanup();
		free(h);
		return NULL;
	}
	return h;
}

void
mg_request_detach(struct mg_request *r)
{
	if (r->attached)
		curl_multi_remove_handle(r->http->multi, r->easy);
	r->attached = 0;
}

void
mg_request_drop(struct mg_request *r)
{
	struct mg_request **p;
	struct curl_slist *s;

	mg_request_detach(r);
	for (p = &r->http->first; *p != NULL; p = &(*p)->next)
		if (*p == r) {
			*p = r->next;
			break;
		}
	if (r->easy != NULL)
		curl_easy_cleanup(r->easy);
	for (s = r->header; s != NULL; s = s->next)
		explicit_bzero(s->data, strlen(s->data));	/* one of them is the key */
	curl_slist_free_all(r->header);
	free(r->body);
	free(r->place);
	mg_buf_free(&r->headers);
	free(r);
}

void
mg_http_free(struct mg_http *h)
{
	if (h == NULL)
		return;
	while (h->first != NULL)
		mg_request_drop(h->first);
	curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	free(h);
}

/* The URL's host and port for messages; only http and https pass. */
static char *
place_of(const char *url, int *tls, struct mg_err *e)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL, *place = NULL;

	if (u == NULL || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
		mg_fail(e, MG_USAGE, "%s: not a URL (http://host:port/path was expected)", url);
	else if (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0)
		mg_fail(e, MG_USAGE, "%s: only http and https are spoken", url);
	else
		place = mg_printf("%s:%s", host, port);
	*tls = scheme != NULL && strcasecmp(scheme, "https") == 0;
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return place;
}

static int
add_header(struct mg_request *r, const char *text, struct mg_err *e)
{
	struct curl_slist *s;
	const char *p;

	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return mg_fail(e, MG_USAGE, "header %.*s: it holds a control character",
			    (int)strcspn(text, ":\r\n"), text);
	if ((s = curl_slist_append(r->header, text)) == NULL)
		return mg_fail(e, MG_SYS, "libcurl: out of memory");
	r->header = s;
	return 0;
}

static int
set_trust(struct mg_request *r, struct mg_err *e)
{
	struct mg_certs c;

	if (mg_certs_find(&c, e) == -1)
		return -1;
	if (c.file != NULL)
		curl_easy_setopt(r->easy, CURLOPT_CAINFO, c.file);
	if (c.dir != NULL)
		curl_easy_setopt(r->easy, CURLOPT_CAPATH, c.dir);
	if (c.dir != NULL && c.file == NULL)	/* else the library reads its whole bundle as well */
		curl_easy_setopt(r->easy, CURLOPT_CAINFO, NULL);
	return 0;
}

/* What is the same for every request. */
static void
set_options(struct mg_request *r)
{
	CURL *c = r->easy;

#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(c, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "mg/" MG_VERSION);
	/* Asks for none, and makes libcurl decode what comes all the same. */
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "identity");
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, r->error);
	curl_easy_setopt(c, CURLOPT_PRIVATE, r);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, body_came);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, header_came);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, r);
}

static int
set_request(struct mg_request *r, const struct mg_http_spec *s, struct mg_err *e)
{
	CURL *c = r->easy;
	char *const *h;
	int tls;

	if ((r->place = place_of(s->url, &tls, e)) == NULL || (tls && set_trust(r, e) == -1))
		return -1;
	curl_easy_setopt(c, CURLOPT_URL, s->url);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, s->method);
	if (s->body != NULL) {
		r->body = mg_memdup(s->body, s->body_len);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->body_len);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body);
		if (add_header(r, "Expect:", e) == -1)
			return -1;
	} else if (strcmp(s->method, "HEAD") == 0) {
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	}
	for (h = s->header; h != NULL && *h != NULL; h++)
		if (add_header(r, *h, e) == -1)
			return -1;
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, r->header);
	if (s->connect_timeout > 0)
		curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(s->connect_timeout * 1000));
	else
		curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)INT_MAX);
	return 0;
}

struct mg_request *
mg_http_start(struct mg_http *h, const struct mg_http_spec *s, struct mg_err *e)
{
	struct mg_request *r = mg_calloc(1, sizeof *r);

	r->http = h;
	r->headers = MG_BUF(HEADERS_MAX);
	r->data = s->data;
	r->arg = s->arg;
	r->first_byte = s->first_byte_timeout;
	r->idle = s->idle_timeout;
	r->limit = mg_after(r->first_byte);
	r->next = h->first;
	h->first = r;
	if ((r->easy = curl_easy_init()) == NULL) {
		mg_fail(e, MG_SYS, "libcurl: out of memory");
		mg_request_drop(r);
		return NULL;
	}
	set_options(r);
	if (set_request(r, s, e) == -1) {
		mg_request_drop(r);
		return NULL;
	}
	if (curl_multi_add_handle(h->multi, r->easy) != CURLM_OK) {
		mg_fail(e, MG_SYS, "libcurl: the request was not taken");
		mg_request_drop(r);
		return NULL;
	}
	r->attached = h->fresh = 1;
	return r;
}

void
mg_request_free(struct mg_request *r)
{
	if (r == NULL)
		return;
	if (r->attached && r->enough)
		r->orphan = 1;		/* the pool reads it to its end */
	else
		mg_request_drop(r);
}

enum mg_http_end
mg_request_end(const struct mg_request *r)
{
	return r->end;
}

int
mg_request_status(const struct mg_request *r)
{
	long status = 0;

	curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

const char *
mg_request_headers(const struct mg_request *r)
{
	return mg_buf_str(&r->headers);		/* its own NUL is the empty one at the end */
}

const char *
mg_request_header(const struct mg_request *r, const char *name)
{
	const char *p;
	size_t n = strlen(name);

	for (p = mg_request_headers(r); *p != '\0'; p += strlen(p) + 1)
		if (strncasecmp(p, name, n) == 0 && p[n] == ':')
			return p + n + 1 + strspn(p + n + 1, " \t");
	return NULL;
}

int
mg_request_began(const struct mg_request *r)
{
	return r->began;
}

const char *
mg_request_why(const struct mg_request *r)
{
	return r->why;
}

int64_t
mg_http_date(const char *text)
{
	return (int64_t)curl_getdate(text, NULL);
}
