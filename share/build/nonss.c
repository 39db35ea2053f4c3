/* nonss.c - the name services of a static program: none but numbers and localhost.
 * SPDX-License-Identifier: MIT
 *
 * glibc's own look users, hosts and services up in shared libraries of the
 * machine that the program runs on, and crash when those are of another glibc.
 * Nothing here needs them: libcurl asks c-ares for hosts, ports are numbers.
 * These take their place at link time, so neither NSS nor the dynamic loader is
 * linked.  Each does what glibc's does on a machine where nothing is found. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define UNUSED __attribute__((unused))

/* One address, with its socket type and port; in one block with its sockaddr. */
static struct addrinfo *
address(int family, const void *ip, const struct addrinfo *hints, in_port_t port)
{
	struct { struct addrinfo ai; struct sockaddr_in6 sa; } *a = calloc(1, sizeof *a);
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&a->sa;

	if (a == NULL)
		return NULL;
	a->ai.ai_family = family;
	a->ai.ai_socktype = hints != NULL && hints->ai_socktype != 0
	    ? hints->ai_socktype : SOCK_STREAM;
	a->ai.ai_protocol = hints != NULL ? hints->ai_protocol : 0;
	a->ai.ai_addr = (struct sockaddr *)(void *)&a->sa;
	if (family == AF_INET6) {
		a->ai.ai_addrlen = sizeof a->sa;
		a->sa.sin6_family = AF_INET6;
		a->sa.sin6_port = port;
		memcpy(&a->sa.sin6_addr, ip, sizeof a->sa.sin6_addr);
	} else {
		a->ai.ai_addrlen = sizeof *in;
		in->sin_family = AF_INET;
		in->sin_port = port;
		memcpy(&in->sin_addr, ip, sizeof in->sin_addr);
	}
	return &a->ai;
}

static int
port_of(const char *service, in_port_t *port)
{
	char *end;
	unsigned long n;

	*port = 0;
	if (service == NULL)
		return 0;
	n = strtoul(service, &end, 10);
	if (end == service || *end != '\0' || n > 65535)
		return EAI_SERVICE;
	*port = htons((in_port_t)n);
	return 0;
}

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **res)
{
	int passive = hints != NULL && (hints->ai_flags & AI_PASSIVE) != 0, r;
	int family = hints != NULL ? hints->ai_family : AF_UNSPEC;
	struct in_addr v4 = { htonl(passive ? INADDR_ANY : INADDR_LOOPBACK) };
	struct in6_addr v6 = passive ? in6addr_any : in6addr_loopback;
	struct addrinfo **tail = res;
	in_port_t port;
	int is4, is6;

	*res = NULL;
	if ((r = port_of(service, &port)) != 0)
		return r;
	if (node != NULL && strcmp(node, "localhost") == 0) {
		v4.s_addr = htonl(INADDR_LOOPBACK);
		v6 = in6addr_loopback;
		node = NULL;
	}
	is4 = node == NULL || inet_pton(AF_INET, node, &v4) == 1;
	is6 = node == NULL || inet_pton(AF_INET6, node, &v6) == 1;
	if (is4 && family != AF_INET6) {
		if ((*tail = address(AF_INET, &v4, hints, port)) == NULL)
			return EAI_MEMORY;
		tail = &(*tail)->ai_next;
	}
	if (is6 && family != AF_INET) {
		if ((*tail = address(AF_INET6, &v6, hints, port)) == NULL) {
			freeaddrinfo(*res);
			*res = NULL;
			return EAI_MEMORY;
		}
	}
	return *res != NULL ? 0 : EAI_NONAME;
}

void
freeaddrinfo(struct addrinfo *ai)
{
	struct addrinfo *next;

	for (; ai != NULL; ai = next) {
		next = ai->ai_next;
		free(ai);
	}
}

int
getnameinfo(const struct sockaddr *sa UNUSED, socklen_t len UNUSED, char *host UNUSED,
    socklen_t hostlen UNUSED, char *serv UNUSED, socklen_t servlen UNUSED, int flags UNUSED)
{
	return EAI_NONAME;
}

struct hostent *
gethostbyname(const char *name UNUSED)
{
	h_errno = HOST_NOT_FOUND;
	return NULL;
}

struct servent *
getservbyname(const char *name UNUSED, const char *proto UNUSED)
{
	return NULL;
}

int
getservbyname_r(const char *name UNUSED, const char *proto UNUSED, struct servent *s UNUSED,
    char *buf UNUSED, size_t len UNUSED, struct servent **res)
{
	*res = NULL;
	return ENOENT;
}

int
getservbyport_r(int port UNUSED, const char *proto UNUSED, struct servent *s UNUSED,
    char *buf UNUSED, size_t len UNUSED, struct servent **res)
{
	*res = NULL;
	return ENOENT;
}

struct passwd *
getpwnam(const char *name UNUSED)
{
	return NULL;
}

struct passwd *
getpwuid(uid_t uid UNUSED)
{
	return NULL;
}

int
getpwnam_r(const char *name UNUSED, struct passwd *pw UNUSED, char *buf UNUSED,
    size_t len UNUSED, struct passwd **res)
{
	*res = NULL;
	return 0;
}

int
getpwuid_r(uid_t uid UNUSED, struct passwd *pw UNUSED, char *buf UNUSED, size_t len UNUSED,
    struct passwd **res)
{
	*res = NULL;
	return 0;
}

/* OpenSSL loads engines and providers with these; the ones built in need neither. */
void *
dlopen(const char *file UNUSED, int mode UNUSED)
{
	return NULL;
}

void *
dlsym(void *restrict handle UNUSED, const char *restrict name UNUSED)
{
	return NULL;
}

int
dlclose(void *handle UNUSED)
{
	return -1;
}

char *
dlerror(void)
{
	static char why[] = "a static program loads nothing";

	return why;
}

int
dladdr(const void *address_ UNUSED, Dl_info *info UNUSED)
{
	return 0;
}

/* glibc's own way to a shared library, for character sets it does not know. */
void	*__libc_dlopen_mode(const char *, int);
void	*__libc_dlsym(void *, const char *);
int	 __libc_dlclose(void *);

void *
__libc_dlopen_mode(const char *file UNUSED, int mode UNUSED)
{
	return NULL;
}

void *
__libc_dlsym(void *handle UNUSED, const char *name UNUSED)
{
	return NULL;
}

int
__libc_dlclose(void *handle UNUSED)
{
	return -1;
}
