/* pool.h - what the two halves of the HTTP client share: http.c makes requests, pool.c waits for them.
 * SPDX-License-Identifier: MIT */
#ifndef MG_NET_POOL_H
#define MG_NET_POOL_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

#include "net/http.h"
#include "rt/buf.h"

struct mg_http {
	CURLM			*multi;
	struct mg_request	*first;
	unsigned long		 happened;	/* counts what a caller may want to look at */
	int			 fresh;		/* a request was added since the last perform */
};

struct mg_request {
	struct mg_http		*http;
	struct mg_request	*next;
	CURL			*easy;
	struct curl_slist	*header;
	char			*body, *place;	/* place: host:port, for messages */
	int			(*data)(void *, const char *, size_t);
	void			*arg;
	double			 first_byte, idle;	/* seconds */
	int64_t			 limit;		/* when the limit that holds now is reached */
	enum mg_http_end	 end;
	int			 attached, began, enough, orphan;
	size_t			 drained;
	struct mg_buf		 headers;
	char			 error[CURL_ERROR_SIZE], why[CURL_ERROR_SIZE + 256];
};

/* Takes it out of libcurl's hands; nothing where it is out already. */
void	mg_request_detach(struct mg_request *);
/* Detaches and frees it, whatever state it is in. */
void	mg_request_drop(struct mg_request *);

#endif
