/* fail.c - why a call failed.
 * SPDX-License-Identifier: MIT */
#include "model/fail.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "chunk/json.h"
#include "net/http.h"

static const struct {
	int		 first, last;
	const char	*code;
} statuses[] = {
	{ 300, 399, "protocol" }, { 401, 401, "auth" }, { 402, 402, "quota" }, { 403, 403, "permission" },
	{ 404, 405, "not_found" }, { 408, 408, "timeout" }, { 409, 409, "conflict" },
	{ 413, 413, "too_large" }, { 429, 429, "rate_limit" }, { 498, 498, "overloaded" },
	{ 499, 499, "cancelled" }, { 400, 499, "bad_request" }, { 503, 503, "overloaded" },
	{ 504, 504, "timeout" }, { 524, 524, "timeout" }, { 529, 529, "overloaded" }, { 500, 599, "server" },
};

int
mg_code_retryable(const char *code)
{
	static const char *const yes[] = { "rate_limit", "overloaded", "server", "timeout", "network",
	    "truncated", "conflict", NULL };
	int i;

	for (i = 0; yes[i] != NULL; i++)
		if (strcmp(yes[i], code) == 0)
			return 1;
	return 0;
}

const char *
mg_status_code(int status)
{
	size_t i;

	for (i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (status >= statuses[i].first && status <= statuses[i].last)
			return statuses[i].code;
	return "protocol";
}

/* One line: control characters become blanks; a character that the end cut is dropped. */
static void
one_line(char *s)
{
	size_t n = strlen(s), i;

	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			s[i] = ' ';
	for (i = n; i > 0 && n - i < 4 && ((unsigned char)s[i - 1] & 0xc0) == 0x80;)
		i--;
	if (i > 0 && (unsigned char)s[i - 1] >= 0xc0 &&
	    n - i + 1 < ((unsigned char)s[i - 1] >= 0xf0 ? 4u : (unsigned char)s[i - 1] >= 0xe0 ? 3u : 2u))
		s[i - 1] = '\0';
}

void
mg_failure_set(struct mg_failure *f, const char *code, const char *fmt, ...)
{
	va_list ap;

	*f = MG_FAILURE_NONE;
	snprintf(f->code, sizeof f->code, "%s", code);
	va_start(ap, fmt);
	vsnprintf(f->message, sizeof f->message, fmt, ap);	/* cut where too long: it is a message */
	va_end(ap);
	one_line(f->message);
	f->retryable = mg_code_retryable(code);
}

/* The codes that a body knows better than its status. */
static int
tells_more(const char *code)
{
	return strcmp(code, "quota") == 0 || strcmp(code, "context_length") == 0 ||
	    strcmp(code, "filter") == 0 || strcmp(code, "rate_limit") == 0;
}

void
mg_failure_delta(struct mg_failure *f, jv error, int status)
{
	const char *code = mg_jv_str(error, "code", ""), *text = mg_jv_str(error, "message", "");
	int inner = (int)mg_jv_num(error, "status", 0);

	if (status > 0 && !tells_more(code))
		code = mg_status_code(status);
	else if (*code == '\0' && inner >= 300 && inner < 600)
		code = mg_status_code(inner);
	if (*code != '\0')
		mg_failure_set(f, code, "%s", *text != '\0' ? text : "the server gave no reason");
	else {
		mg_failure_set(f, "server", "%s", *text != '\0' ? text : "the server gave no reason");
		f->retryable = 0;	/* nothing says that it would pass */
	}
	f->retryable = mg_jv_true(error, "retryable", f->retryable);
	f->loading = mg_jv_true(error, "loading", 0);
	f->retry_after = mg_jv_num(error, "retry_after", -1);
}

void
mg_failure_mask(struct mg_failure *f, const char *key)
{
	size_t n = key != NULL ? strlen(key) : 0, len, k;
	char *p;

	if (n < 4)
		return;		/* no secret, and it would tear words apart */
	while ((p = strstr(f->message, key)) != NULL) {
		memcpy(p, "***", 3);
		memmove(p + 3, p + n, strlen(p + n) + 1);
	}
	len = strlen(f->message);
	for (k = len < n ? len : n - 1; k >= 4; k--)	/* the message may end inside it */
		if (memcmp(f->message + len - k, key, k) == 0) {
			memcpy(f->message + len - k, "***", 4);
			return;
		}
}

/* A number of seconds, or a date; -1: neither. */
static double
seconds(const char *text)
{
	char *end;
	double d = strtod(text, &end);
	int64_t date;

	if (end != text && end[strspn(end, " \t")] == '\0')
		return isfinite(d) && d >= 0 ? d : -1;
	if ((date = mg_http_date(text)) < 0)
		return -1;
	d = difftime((time_t)date, time(NULL));
	return d > 0 ? d : 0;
}

void
mg_failure_headers(struct mg_failure *f, const char *should_retry, const char *after_ms, const char *after)
{
	double d;

	if (should_retry != NULL && strcasecmp(should_retry, "true") == 0)
		f->retryable = 1;
	if (should_retry != NULL && strcasecmp(should_retry, "false") == 0)
		f->retryable = 0;
	if (after_ms != NULL && (d = seconds(after_ms)) >= 0)
		f->retry_after = d / 1000;
	else if (after != NULL && (d = seconds(after)) >= 0)
		f->retry_after = d;
}
