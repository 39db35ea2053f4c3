/* endpoint.h - the address behind a base_url: what people write, made into what is requested.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_ENDPOINT_H
#define MG_MODEL_ENDPOINT_H

struct mg_err;

/* The root without final slashes and without the path of its wire, should it stand there
 * already; a root with a bare host gets `root` ("/v1") where that is not NULL.  *query (freed
 * by the caller) is what stood after a question mark, or NULL.  The caller frees the result;
 * NULL and *e (MG_USAGE) where url is no http or https address. */
char	*mg_url_base(const char *url, const char *path, const char *root, char **query, struct mg_err *e);
/* The host in lower case, without user, port and brackets.  The caller frees it. */
char	*mg_url_host(const char *url);
/* Whether host is name or lies under it, by whole labels: api.z.ai under z.ai, but not xyz.ai. */
int	 mg_host_under(const char *host, const char *name);
/* The deployment's root from an Azure endpoint in any of the forms in which it is handed around
 * (bare, with /openai, the whole deployment, the version-less /openai/v1); *version is the
 * api-version found in it, "" for the version-less form, else NULL; freed by the caller. */
char	*mg_azure_base(const char *endpoint, const char *model, char **version, struct mg_err *e);
/* OLLAMA_HOST's dialect (host, host:port, :port, a whole URL; 0.0.0.0 means here) as a URL. */
char	*mg_ollama_url(const char *host);

#endif
