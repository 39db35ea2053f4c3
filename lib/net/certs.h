/* certs.h - where this system keeps the certificates that it trusts.
 * SPDX-License-Identifier: MIT */
#ifndef MG_NET_CERTS_H
#define MG_NET_CERTS_H

struct mg_err;

struct mg_certs {		/* borrowed; both NULL: the library's own place is fine */
	const char	*file;
	const char	*dir;
};

/* CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR if set; else a folder of hashed certificates
 * (a dir alone: no file is to be read beside it); else the library's own place where it exists;
 * else the first of the places that the distributions use (a static program was built on another one).  0, or -1: nothing there, *e says what to do. */
int	mg_certs_find(struct mg_certs *, struct mg_err *e);

#endif
