/* mg-testd - a loopback server that plays models, well behaved and hostile
 * SPDX-License-Identifier: MIT
 *
 * Listens on 127.0.0.1, prints its URL, and answers by script until SIGTERM or
 * the end of its standard input.  A script is lines:
 *
 *	model alice                     # a section: requests for this model
 *	on 1 answer "Forty-two."        # its first request: a new_answer call
 *	on 2- vote agent1 "it is short" # from the second on
 *	path / (or a pattern)           # a section: requests for this path
 *	on * body "hello"
 *
 * README.md beside this file has every word. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "testd.h"

static const char usage[] =
    "usage: mg-testd [-d DIR] [-e ENDS] [-k KEY] [-l LOG] [-p PORT] [--no-stdin] SCRIPT...\n";

/* Behind every script, so a script may say otherwise. */
static const char builtin[] =
    "path */models\n"
    "on * models\n"
    "path /health\n"
    "on * json '{\"status\":\"ok\"}'\n";

struct loop {
	int		listen;
	bool		no_stdin;
	struct conn	**conn;
	struct pollfd	*fds;
	size_t		nconn, nfds;
	unsigned	serial;
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	stop = sig;
}

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "mg-testd: %s: %s\n", what, strerror(errno));
	exit(4);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
open_log(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);

	if (fd == -1)
		die(path);
	return fd;
}

static int
open_socket(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == -1 ||
	    bind(fd, (struct sockaddr *)&a, len) == -1 || listen(fd, 128) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) == -1)
		die("127.0.0.1");
	printf("http://127.0.0.1:%d\n", ntohs(a.sin_port));
	if (fflush(stdout) == EOF)
		die("stdout");
	return fd;
}

static void
greet(struct loop *l)
{
	int fd, one = 1;

	while ((fd = accept4(l->listen, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		l->conn = grow(l->conn, l->nconn, sizeof(struct conn *));
		l->conn[l->nconn++] = conn_new(fd, ++l->serial);
	}
}

/* Waits until something stirs; the set is made anew from the state. */
static void
wait_all(struct loop *l, struct server *s, const sigset_t *mask)
{
	struct timespec ts;
	int64_t now = now_ms();
	int timeout = -1, t;
	size_t i;

	free(l->fds);
	l->nfds = 2 + l->nconn;
	if ((l->fds = calloc(l->nfds, sizeof(*l->fds))) == NULL)
		die("memory");
	l->fds[0] = (struct pollfd){ .fd = l->listen, .events = POLLIN };
	l->fds[1] = (struct pollfd){ .fd = l->no_stdin ? -1 : 0, .events = POLLIN };
	for (i = 0; i < l->nconn; i++) {
		l->fds[2 + i] = (struct pollfd){ .fd = conn_fd(l->conn[i]),
		    .events = conn_events(l->conn[i]) };
		t = conn_timeout(l->conn[i], s, now);
		if (t >= 0 && (timeout == -1 || t < timeout))
			timeout = t;
	}
	ts = (struct timespec){ timeout / 1000, timeout % 1000 * 1000000L };
	if (ppoll(l->fds, l->nfds, timeout == -1 ? NULL : &ts, mask) == -1) {
		if (errno != EINTR)
			die("poll");
		for (i = 0; i < l->nfds; i++)
			l->fds[i].revents = 0;
	}
}

static void
serve(struct loop *l, struct server *s, const sigset_t *mask)
{
	size_t i, kept;
	char b[512];

	while (!stop) {
		wait_all(l, s, mask);
		if (l->fds[1].revents != 0 && read(0, b, sizeof(b)) <= 0)
			return;
		for (i = kept = 0; i < l->nconn; i++) {
			if (conn_run(l->conn[i], s, (l->fds[2 + i].revents & ~POLLOUT) != 0,
			    now_ms()) == -1)
				conn_free(l->conn[i]);
			else
				l->conn[kept++] = l->conn[i];
		}
		/* grow() counts in powers of two: the array may be larger, never smaller */
		l->nconn = kept;
		if (l->fds[0].revents != 0)
			greet(l);
	}
}

static void
options(struct server *s, struct loop *l, int *port, int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "no-stdin", no_argument, NULL, 'n' }, { "key", required_argument, NULL, 'k' },
		{ "ends", required_argument, NULL, 'e' }, { NULL, 0, NULL, 0 }
	};
	int k;

	while ((k = getopt_long(argc, argv, "d:e:k:l:p:", longs, NULL)) != -1)
		switch (k) {
		case 'd': s->script.dir = optarg; break;
		case 'e': s->ends = open_log(optarg); break;
		case 'k': s->key = optarg; break;
		case 'l': s->log = open_log(optarg); break;
		case 'n': l->no_stdin = true; break;
		case 'p': *port = (int)strtol(optarg, NULL, 10); break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	if (optind == argc) {
		fputs(usage, stderr);
		exit(2);
	}
	for (; optind < argc; optind++)
		script_file(&s->script, argv[optind]);
	script_text(&s->script, "builtin", builtin);
}

int
main(int argc, char *argv[])
{
	struct server s = { .script = { .dir = "." }, .log = -1, .ends = -1 };
	struct loop l = { 0 };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t block, old;
	int port = 0;
	size_t i;

	options(&s, &l, &port, argc, argv);
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, &old);	/* they arrive in ppoll only */
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	s.start = now_ms();
	l.listen = open_socket(port);
	serve(&l, &s, &old);
	for (i = 0; i < l.nconn; i++)
		conn_free(l.conn[i]);
	free(l.conn);
	free(l.fds);
	close(l.listen);
	script_free(&s.script);
	return 0;
}
