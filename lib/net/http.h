/* http.h - requests over libcurl's multi interface, waited for together with other descriptors.
 * SPDX-License-Identifier: MIT */
#ifndef MG_NET_HTTP_H
#define MG_NET_HTTP_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

struct mg_err;
struct mg_http;		/* the connection pool; one for a process */
struct mg_request;	/* one transfer */

struct mg_http_spec {
	const char	*method;	/* "POST" */
	const char	*url;		/* only http and https; redirects are never followed */
	char *const	*header;	/* "Name: value", ends with NULL; copied */
	const char	*body;		/* copied; NULL: none */
	size_t		 body_len;
	double		 connect_timeout;	/* seconds; 0: no limit */
	double		 first_byte_timeout;	/* until the first byte of the reply's body */
	double		 idle_timeout;		/* silence after it */
	/* Body bytes as they come; -1 ends the transfer (the caller has what it wants). */
	int		(*data)(void *arg, const char *p, size_t n);
	void		*arg;
};

enum mg_http_end {
	MG_HTTP_RUNNING,
	MG_HTTP_DONE,		/* the reply is whole, or data() ended it */
	MG_HTTP_NETWORK,	/* DNS, connect, TLS, reset, cut inside the body */
	MG_HTTP_TIMEOUT,	/* one of the limits */
	MG_HTTP_PROTOCOL	/* no HTTP, a coding that cannot be read, a certificate that is not trusted */
};

struct mg_http	*mg_http_new(struct mg_err *);
void		 mg_http_free(struct mg_http *);
/* Begins; the work, and every call of data(), happens inside mg_http_wait.
 * NULL: see *e (MG_USAGE: the URL or a header is wrong, or https and no file of
 * certificates: SSL_CERT_FILE, SSL_CERT_DIR and CURL_CA_BUNDLE are obeyed). */
struct mg_request *mg_http_start(struct mg_http *, const struct mg_http_spec *, struct mg_err *);
/* Cancels where it still runs.  One whose data() said "enough" is read to its
 * end in the background for a moment, so that its connection can be used again. */
void		 mg_request_free(struct mg_request *);
enum mg_http_end mg_request_end(const struct mg_request *);
/* The status code, 0 before it is known. */
int		 mg_request_status(const struct mg_request *);
/* A header's value of the reply, borrowed; NULL where absent.  Any case. */
const char	*mg_request_header(const struct mg_request *, const char *name);
/* All headers of the reply: "name: value" texts one behind the other, an empty one at the end.  Borrowed. */
const char	*mg_request_headers(const struct mg_request *);
/* Whether the server was reached and any byte of a body came. */
int		 mg_request_began(const struct mg_request *);
/* What went wrong, for people: "connect to 127.0.0.1:1: refused".  Borrowed. */
const char	*mg_request_why(const struct mg_request *);

/* Waits until a transfer or one of fds has something, or the deadline (mg_now's
 * clock), and works on all transfers.  As poll(2): fills revents; a hang-up may be
 * reported as readable.  fds may be empty.  Without an mg_http (NULL) it only polls.
 * The limits of the transfers shorten the wait by themselves.  0, or -1: see *e. */
int		 mg_http_wait(struct mg_http *, struct pollfd *fds, size_t n, int64_t deadline, struct mg_err *);

/* An HTTP date ("Wed, 01 Jan 2026 00:00:00 GMT") as seconds since 1970, or -1. */
int64_t		 mg_http_date(const char *);

#endif
