/* endpoint.c - the address behind a base_url.
 * SPDX-License-Identifier: MIT */
#include "model/endpoint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rt/bounds.h"
#include "rt/buf.h"
#include "rt/err.h"
#include "rt/mem.h"

/* Where the host begins; NULL: neither http nor https. */
static const char *
authority(const char *url)
{
	if (strncasecmp(url, "http://", 7) == 0)
		return url + 7;
	if (strncasecmp(url, "https://", 8) == 0)
		return url + 8;
	return NULL;
}

static int
ends(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return m > 0 && n > m && strcmp(s + n - m, tail) == 0;
}

static void
no_slashes(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && s[n - 1] == '/')
		s[--n] = '\0';
}

/* url without blanks around it, query and fragment, and final slashes; NULL: see *e. */
static char *
clean(const char *url, char **query, struct mg_err *e)
{
	const char *host, *p;
	size_t n;
	char *s, *mark;

	*query = NULL;
	url += strspn(url, " \t\r\n");
	for (n = strlen(url); n > 0 && strchr(" \t\r\n", url[n - 1]) != NULL;)
		n--;
	s = mg_memdup(url, n);
	host = authority(s);
	for (p = s; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '"' || *p == '<' || *p == '>')
			host = NULL;
	if (host == NULL || *host == '\0' || strchr("/?#:@", *host) != NULL) {
		mg_fail(e, MG_USAGE,
		    "base_url '%.200s': an address like https://host/v1 was expected", s);
		free(s);
		return NULL;
	}
	if ((mark = strchr(s, '#')) != NULL)
		*mark = '\0';
	if ((mark = strchr(s, '?')) != NULL) {
		*query = mg_strdup(mark + 1);
		*mark = '\0';
	}
	no_slashes(s);
	return s;
}

char *
mg_url_base(const char *url, const char *path, const char *root, char **query, struct mg_err *e)
{
	char *s = clean(url, query, e), *rooted;

	if (s == NULL)
		return NULL;
	if (ends(s, path)) {
		s[strlen(s) - strlen(path)] = '\0';
		no_slashes(s);
	} else if (strncmp(path, "/v1/", 4) == 0 && ends(s, "/v1")) {
		s[strlen(s) - 3] = '\0';	/* the wire's own path brings it */
	}
	if (root != NULL && strchr(authority(s), '/') == NULL) {
		rooted = mg_printf("%s%s", s, root);
		free(s);
		s = rooted;
	}
	return s;
}

char *
mg_url_host(const char *url)
{
	const char *p = authority(url), *at, *end;
	char *host, *c;

	if (p == NULL)
		return mg_strdup("");
	end = p + strcspn(p, "/?#");
	for (at = p; at < end; at++)
		if (*at == '@')
			p = at + 1;
	if (*p == '[' && (at = memchr(p, ']', (size_t)(end - p))) != NULL) {
		p++;
		end = at;
	} else if ((at = memchr(p, ':', (size_t)(end - p))) != NULL) {
		end = at;
	}
	host = mg_memdup(p, (size_t)(end - p));
	for (c = host; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	if (c > host && c[-1] == '.')	/* a fully written name */
		c[-1] = '\0';
	return host;
}

int
mg_host_under(const char *host, const char *name)
{
	size_t n = strlen(host), m = strlen(name);

	return m > 0 && n >= m && strcmp(host + n - m, name) == 0 && (n == m || host[n - m - 1] == '.');
}

/* One segment of a path. */
static char *
escape(const char *s)
{
	struct mg_buf b = MG_BUF(MG_MIB);

	for (; *s != '\0'; s++) {
		if (isalnum((unsigned char)*s) || strchr("-._~", *s) != NULL)
			mg_buf_addc(&b, *s);
		else
			mg_buf_printf(&b, "%%%02X", (unsigned)(unsigned char)*s);
	}
	return mg_buf_take(&b, NULL);
}

/* The value of api-version in a query, or NULL. */
static char *
version_in(const char *query)
{
	const char *p = query != NULL ? strstr(query, "api-version=") : NULL;

	return p != NULL ? mg_memdup(p + 12, strcspn(p + 12, "&")) : NULL;
}

char *
mg_azure_base(const char *endpoint, const char *model, char **version, struct mg_err *e)
{
	char *query, *s = clean(endpoint, &query, e), *name, *base, *mark;

	*version = NULL;
	if (s == NULL)
		return NULL;
	*version = version_in(query);
	free(query);
	if (ends(s, "/chat/completions"))
		s[strlen(s) - 17] = '\0';
	no_slashes(s);
	if (ends(s, "/openai/v1")) {
		free(*version);
		*version = mg_strdup("");
		return s;
	}
	if ((mark = strstr(s, "/openai/deployments/")) != NULL && mark[20] != '\0')
		return s;	/* the deployment stands in the address: it wins over the model's name */
	if (mark != NULL)
		*mark = '\0';
	else if (ends(s, "/openai/deployments"))
		s[strlen(s) - 19] = '\0';
	else if (ends(s, "/openai"))
		s[strlen(s) - 7] = '\0';
	name = escape(model);
	base = mg_printf("%s/openai/deployments/%s", s, name);
	free(name);
	free(s);
	return base;
}

char *
mg_ollama_url(const char *host)
{
	const char *scheme = authority(host) != NULL ? "" : "http://", *p = authority(host), *any;
	size_t n;

	if (p == NULL)
		p = host;
	n = strcspn(p, ":/");
	any = (n == 7 && strncmp(p, "0.0.0.0", 7) == 0) || n == 0 ? "127.0.0.1" : NULL;
	if (*p == '[') {
		any = strncmp(p, "[::]", 4) == 0 ? "[::1]" : NULL;
		n = any != NULL ? 4 : strcspn(p, "]") + (strchr(p, ']') != NULL);
	}
	return mg_printf("%s%.*s%.*s%s%s%s", scheme, (int)(p - host), host, any != NULL ? 0 : (int)n, p,
	    any != NULL ? any : "", p[n] == ':' || *scheme == '\0' ? "" : ":11434", p + n);
}
