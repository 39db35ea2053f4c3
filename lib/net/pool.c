/* pool.c - waits for all transfers and for other descriptors at once, and ends what is past its limit.
 * SPDX-License-Identifier: MIT */
#include "net/pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"

#define LONGEST_WAIT	3600000		/* ms; curl_multi_poll knows no "for ever" */

static enum mg_http_end
end_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return MG_HTTP_DONE;
	case CURLE_OPERATION_TIMEDOUT:
		return MG_HTTP_TIMEOUT;
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_UNSUPPORTED_PROTOCOL:	/* no status line at all */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
		return MG_HTTP_PROTOCOL;
	default:
		return MG_HTTP_NETWORK;
	}
}

/* libcurl's sentence, with where it was and the system's own word. */
static void
explain(struct mg_request *r, CURLcode code)
{
	const char *text = r->error[0] != '\0' ? r->error : curl_easy_strerror(code);
	char first = text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z') ?
	    (char)(text[0] + 'a' - 'A') : text[0];
	long os = 0;

	curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &os);
	if (code == CURLE_COULDNT_CONNECT && os != 0)
		snprintf(r->why, sizeof r->why, "connect to %s: %s", r->place, strerror((int)os));
	else
		snprintf(r->why, sizeof r->why, "%s: %c%s", r->place, first, *text != '\0' ? text + 1 : "");
}

/* Takes note of the transfers that libcurl has ended. */
static void
collect(struct mg_http *h)
{
	struct mg_request *r;
	CURLMsg *m;
	CURLcode code;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		code = m->data.result;		/* gone once the handle is removed */
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
		mg_request_detach(r);
		if (r->orphan) {
			mg_request_drop(r);
			continue;
		}
		if (r->enough)
			continue;
		h->happened++;
		r->end = end_of(code);
		if (r->end != MG_HTTP_DONE)
			explain(r, code);
	}
}

/* Ends what is past its limit.  Returns the next limit. */
static int64_t
expire(struct mg_http *h)
{
	struct mg_request *r, *next;
	int64_t soonest = MG_NEVER, now = mg_now();

	for (r = h->first; r != NULL; r = next) {
		next = r->next;
		if (!r->attached)
			continue;
		if (r->limit > now) {
			soonest = mg_sooner(soonest, r->limit);
			continue;
		}
		mg_request_detach(r);
		if (r->orphan)
			mg_request_drop(r);
		else if (!r->enough) {
			h->happened++;
			r->end = MG_HTTP_TIMEOUT;
			snprintf(r->why, sizeof r->why, r->began ? "%s: silent for %g s" :
			    "%s: no answer within %g s", r->place, r->began ? r->idle : r->first_byte);
		}
	}
	return soonest;
}

static int
work(struct mg_http *h, struct mg_err *e)
{
	CURLMcode code;
	int running;

	h->fresh = 0;
	if ((code = curl_multi_perform(h->multi, &running)) != CURLM_OK)
		return mg_fail(e, MG_SYS, "libcurl: %s", curl_multi_strerror(code));
	collect(h);
	return 0;
}

static int
wait_plain(struct pollfd *fds, size_t n, int64_t deadline, struct mg_err *e)
{
	size_t i;

	if (poll(fds, n, mg_timeout(deadline)) != -1)
		return 0;
	for (i = 0; i < n; i++)
		fds[i].revents = 0;
	if (errno == EINTR)
		return 0;
	return mg_fail(e, MG_SYS, "poll: %s", strerror(errno));
}

/* One wait for libcurl's descriptors and ours. */
static int
wait_both(struct mg_http *h, struct pollfd *fds, size_t n, int64_t deadline, struct mg_err *e)
{
	struct curl_waitfd few[8], *w = n > 8 ? mg_calloc(n, sizeof *w) : few;
	int ms = mg_timeout(deadline);
	size_t i, k = 0;
	CURLMcode code;

	for (i = 0; i < n; i++)
		if (fds[i].fd >= 0)
			w[k++] = (struct curl_waitfd){ .fd = fds[i].fd, .events = (short)
			    ((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
			    (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0)) };
	code = curl_multi_poll(h->multi, w, (unsigned)k, ms < 0 || ms > LONGEST_WAIT ? LONGEST_WAIT : ms, NULL);
	for (i = k = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		fds[i].revents = (short)((w[k].revents & CURL_WAIT_POLLIN ? POLLIN : 0) |
		    (w[k].revents & CURL_WAIT_POLLOUT ? POLLOUT : 0));
		k++;
	}
	if (w != few)
		free(w);
	if (code != CURLM_OK)
		return mg_fail(e, MG_SYS, "libcurl: %s", curl_multi_strerror(code));
	return 0;
}

static int
busy(const struct mg_http *h)
{
	const struct mg_request *r;

	for (r = h->first; r != NULL; r = r->next)
		if (r->attached)
			return 1;
	return 0;
}

int
mg_http_wait(struct mg_http *h, struct pollfd *fds, size_t n, int64_t deadline, struct mg_err *e)
{
	unsigned long before;
	int64_t limit;

	if (h == NULL)
		return wait_plain(fds, n, deadline, e);
	before = h->happened;
	if (h->fresh && work(h, e) == -1)
		return -1;
	limit = expire(h);
	if (h->happened != before)
		deadline = 0;		/* it has its news; only look at the others */
	if (!busy(h))
		return wait_plain(fds, n, deadline, e);
	if (wait_both(h, fds, n, mg_sooner(deadline, limit), e) == -1 || work(h, e) == -1)
		return -1;
	expire(h);
	return 0;
}
