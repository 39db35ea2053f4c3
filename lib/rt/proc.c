/* proc.c - children: start, end, reap.
 * SPDX-License-Identifier: MIT */
#include "rt/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"

extern char **environ;

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
mg_proc_follow_parent(int sig)
{
#ifdef __linux__
	pid_t parent = getppid();

	prctl(PR_SET_PDEATHSIG, sig);
	if (getppid() != parent)	/* it died before we could ask */
		raise(sig);
#else
	(void)sig;	/* elsewhere the end of input is what tells */
#endif
}

/* Only async-signal-safe calls: we are between fork and exec. */
static _Noreturn void
child(const struct mg_spawn *s, int fd[4], pid_t parent)
{
	int saved, i;

	setpgid(0, 0);
#ifdef __linux__
	if (s->death_signal != 0) {
		prctl(PR_SET_PDEATHSIG, s->death_signal);
		if (getppid() != parent)
			_exit(127);
	}
#else
	(void)parent;
#endif
	for (i = 1; i < NSIG; i++)
		if (i != SIGKILL && i != SIGSTOP)
			signal(i, SIG_DFL);	/* an ignored SIGPIPE would survive exec */
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (i = 0; i < 4; i++)	/* where 0, 1 or 2 was closed a pipe may have got its number */
		if (fd[i] >= 0 && fd[i] < 3 && (fd[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, 3)) == -1)
			goto out;
	if (dup2(fd[0], 0) == -1 || dup2(fd[1], 1) == -1 || (fd[2] >= 0 && dup2(fd[2], 2) == -1) ||
	    (s->dir != NULL && chdir(s->dir) == -1))
		goto out;
	if (s->env != NULL)
		environ = (char **)s->env;
	execvp(s->argv[0], s->argv);
out:
	saved = errno;
	(void)!write(fd[3], &saved, sizeof saved);
	_exit(127);
}

static int
open_pipes(int p[4][2], int with_err, struct mg_err *e)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i][0] = p[i][1] = -1;
	for (i = 0; i < 4; i++)
		if ((i != 2 || with_err) && pipe2(p[i], O_CLOEXEC) == -1)
			return mg_fail(e, MG_SYS, "pipe: %s", strerror(errno));
	return 0;
}

/* Reads the errno of a failed exec; nothing comes when it worked. */
static int
exec_result(int fd)
{
	int saved = 0;
	ssize_t n;

	do
		n = read(fd, &saved, sizeof saved);
	while (n == -1 && errno == EINTR);
	return n == (ssize_t)sizeof saved ? saved : 0;
}

static void
keep(int *mine, int *pipe_end, int nonblock)
{
	*mine = *pipe_end;
	*pipe_end = -1;
	if (*mine >= 0 && nonblock)
		fcntl(*mine, F_SETFL, fcntl(*mine, F_GETFL) | O_NONBLOCK);
}

int
mg_proc_start(struct mg_proc *p, const struct mg_spawn *s, struct mg_err *e)
{
	int fd[4][2], i, err = 0, r = -1;	/* stdin, stdout, stderr, exec's errno */
	pid_t parent = getpid();

	*p = MG_PROC_NONE;
	if (open_pipes(fd, s->stderr_pipe, e) == -1)
		goto out;
	if ((p->pid = fork()) == 0)
		child(s, (int[4]){ fd[0][0], fd[1][1], fd[2][1], fd[3][1] }, parent);
	if (p->pid == -1) {
		mg_fail(e, MG_SYS, "fork: %s", strerror(errno));
		p->pid = 0;
		goto out;
	}
	setpgid(p->pid, p->pid);	/* both sides: neither may run ahead */
	close_fd(&fd[3][1]);
	if ((err = exec_result(fd[3][0])) != 0) {
		waitpid(p->pid, NULL, 0);
		p->pid = 0;
		mg_fail(e, MG_SYS, "%s: %s", s->argv[0], strerror(err));
		goto out;
	}
	keep(&p->in, &fd[0][1], s->nonblock);
	keep(&p->out, &fd[1][0], s->nonblock);
	keep(&p->err, &fd[2][0], s->nonblock);
	r = 0;
out:
	for (i = 0; i < 4; i++) {
		close_fd(&fd[i][0]);
		close_fd(&fd[i][1]);
	}
	return r;
}

void
mg_proc_close(struct mg_proc *p)
{
	close_fd(&p->in);
	close_fd(&p->out);
	close_fd(&p->err);
}

void
mg_proc_kill(const struct mg_proc *p, int sig)
{
	if (p->pid > 0) {
		kill(-p->pid, sig);
		kill(p->pid, sig);
	}
}

int
mg_proc_reap(struct mg_proc *p, int *wstatus)
{
	siginfo_t si = { 0 };

	if (p->pid <= 0 || waitid(P_PID, (id_t)p->pid, &si, WEXITED | WNOHANG | WNOWAIT) == -1 ||
	    si.si_pid == 0)
		return 0;
	kill(-p->pid, SIGKILL);
	while (waitpid(p->pid, wstatus, 0) == -1 && errno == EINTR)
		;
	p->pid = 0;
	return 1;
}

/* Throws output away until the child ends or the time is over. */
static int
wait_for(struct mg_proc *p, int64_t deadline, int *wstatus)
{
	struct pollfd fds[2];
	char waste[4096];
	int i;

	while (!mg_proc_reap(p, wstatus)) {
		if (mg_now() >= deadline)
			return 0;
		fds[0] = (struct pollfd){ .fd = p->out, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = p->err, .events = POLLIN };
		/* a child that closed its output and lives on is asked every 5 ms */
		poll(fds, 2, p->out < 0 && p->err < 0 ? 5 : (int)mg_sooner(20, mg_timeout(deadline)));
		for (i = 0; i < 2; i++)
			if (fds[i].revents != 0 && read(fds[i].fd, waste, sizeof waste) <= 0)
				close_fd(i == 0 ? &p->out : &p->err);
	}
	return 1;
}

int
mg_proc_stop(struct mg_proc *p, int grace)
{
	int wstatus = 0;

	if (p->pid <= 0)
		return 0;
	close_fd(&p->in);
	if (!wait_for(p, mg_now() + grace, &wstatus)) {
		mg_proc_kill(p, SIGTERM);
		if (!wait_for(p, mg_now() + grace, &wstatus)) {
			mg_proc_kill(p, SIGKILL);
			wait_for(p, MG_NEVER, &wstatus);
		}
	}
	mg_proc_close(p);
	return wstatus;
}

const char *
mg_proc_status(int wstatus)
{
	static char text[64];

	if (WIFSIGNALED(wstatus))
		snprintf(text, sizeof text, "signal %d (%s)", WTERMSIG(wstatus),
		    strsignal(WTERMSIG(wstatus)));
	else
		snprintf(text, sizeof text, "exit status %d", WEXITSTATUS(wstatus));
	return text;
}

int
mg_proc_code(int wstatus)
{
	if (WIFSIGNALED(wstatus))
		return 128 + WTERMSIG(wstatus);
	return WEXITSTATUS(wstatus) < 128 ? WEXITSTATUS(wstatus) : 128;
}

char *
mg_proc_sibling(const char *name)
{
	char self[4096], *slash, *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n > 0 && (size_t)n < sizeof self - 1) {
		self[n] = '\0';
		if ((slash = strrchr(self, '/')) != NULL) {
			path = mg_printf("%.*s/%s", (int)(slash - self), self, name);
			if (access(path, X_OK) == 0)
				return path;
			free(path);
		}
	}
	return mg_strdup(name);
}
