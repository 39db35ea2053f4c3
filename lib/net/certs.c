/* certs.c - where this system keeps the certificates that it trusts.
 * SPDX-License-Identifier: MIT */
#include "net/certs.h"

#include <curl/curl.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/err.h"

static const char *
from_env(const char *name)
{
	const char *s = getenv(name);

	return s != NULL && *s != '\0' ? s : NULL;
}

/* Whether the place that was compiled into the library exists here. */
static int
built_in(void)
{
#if LIBCURL_VERSION_NUM >= 0x074600
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

	if (v->age >= CURLVERSION_SEVENTH)
		return (v->cainfo != NULL && access(v->cainfo, R_OK) == 0) ||
		    (v->capath != NULL && access(v->capath, R_OK | X_OK) == 0);
#endif
	return 0;
}

/* Whether a folder holds certificates under their hashes ("5ed36f99.0"), as OpenSSL looks
 * them up.  It then reads the one or two that it needs; a bundle of all of them costs
 * 40 ms of every process (measured: 220 KB, OpenSSL 3.0). */
static int
hashed(const char *path)
{
	const struct dirent *d;
	DIR *dir = opendir(path);
	int found = 0;

	while (dir != NULL && !found && (d = readdir(dir)) != NULL)
		found = strspn(d->d_name, "0123456789abcdef") == 8 && strcmp(d->d_name + 8, ".0") == 0;
	if (dir != NULL)
		closedir(dir);
	return found;
}

int
mg_certs_find(struct mg_certs *c, struct mg_err *e)
{
	static const char *const files[] = {
		"/etc/ssl/certs/ca-certificates.crt",		/* Debian, Arch, Gentoo */
		"/etc/pki/tls/certs/ca-bundle.crt",		/* Fedora, RHEL */
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/ca-bundle.pem",			/* openSUSE */
		"/var/lib/ca-certificates/ca-bundle.pem",
		"/etc/ssl/cert.pem",				/* Alpine, the BSDs, macOS */
		"/usr/local/share/certs/ca-root-nss.crt",	/* FreeBSD's package */
		"/opt/homebrew/etc/ca-certificates/cert.pem",
		NULL
	};
	static const char *const dirs[] = { "/etc/ssl/certs", "/etc/pki/tls/certs",
		"/var/lib/ca-certificates/openssl", NULL };
	int i;

	*c = (struct mg_certs){ NULL, NULL };
	if ((c->file = from_env("CURL_CA_BUNDLE")) == NULL)
		c->file = from_env("SSL_CERT_FILE");
	c->dir = from_env("SSL_CERT_DIR");
	if (c->file != NULL || c->dir != NULL)
		return 0;
	for (i = 0; dirs[i] != NULL; i++)
		if (hashed(dirs[i])) {
			c->dir = dirs[i];
			return 0;
		}
	if (built_in())
		return 0;
	for (i = 0; files[i] != NULL; i++)
		if (access(files[i], R_OK) == 0) {
			c->file = files[i];
			return 0;
		}
	return mg_fail(e, MG_USAGE, "https: no file of trusted certificates found: install "
	    "ca-certificates, or set SSL_CERT_FILE");
}
