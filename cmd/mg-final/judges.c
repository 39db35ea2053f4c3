/* judges.c - many finals judged at once, their verdicts printed in order.
 * SPDX-License-Identifier: MIT */
#include "mg-final/judges.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coord/asks.h"
#include "coord/verdict.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/write.h"

enum {
	BATCHES = 16,		/* on their way; enough that no thread waits for the oldest */
	BATCH = 256 * 1024,	/* bytes of text of one */
	THREADS = 8,
	STACK = 1024 * 1024	/* of a thread: the detector takes some 100 KiB */
};

struct job {
	size_t	task, tasklen, text, len;	/* in the batch's bytes */
	size_t	line;
};

enum state { FREE, READY, DONE };	/* READY: some thread has it, or will */

struct batch {
	struct mg_buf	 bytes, out;
	struct job	*job;
	size_t		 n, cap, asked;
	enum state	 state;
};

struct judges {
	const struct mg_lexicon	*words;
	struct batch	 batch[BATCHES];	/* a ring: printed at tail, filled at head */
	size_t		 head, tail, next;	/* next: the first that no thread has taken; all only grow */
	size_t		 asked;
	pthread_mutex_t	 lock;			/* holds next, states and over */
	pthread_cond_t	 more, done;
	pthread_t	 thread[THREADS];
	int		 nthread, over;
};

static void
judge(const struct mg_lexicon *words, struct batch *b)
{
	const char *bytes = mg_buf_str(&b->bytes);
	struct mg_asks a;
	size_t i;

	for (i = 0; i < b->n; i++) {
		const struct job *j = &b->job[i];

		mg_asks_judge(words, bytes + j->task, j->tasklen, bytes + j->text, j->len, &a);
		b->asked += a.asks != 0;
		mg_buf_addc(&b->out, '{');
		if (j->line > 0)
			mg_buf_printf(&b->out, "\"line\":%zu,", j->line);
		mg_verdict_asks(&b->out, &a, bytes + j->text);
		mg_buf_adds(&b->out, "}\n");
	}
}

static void *
work(void *arg)
{
	struct judges *j = arg;
	struct batch *b;

	pthread_mutex_lock(&j->lock);
	while (!j->over) {
		b = &j->batch[j->next % BATCHES];
		if (j->next == j->head || b->state != READY) {
			pthread_cond_wait(&j->more, &j->lock);
			continue;
		}
		j->next++;
		pthread_mutex_unlock(&j->lock);
		judge(j->words, b);
		pthread_mutex_lock(&j->lock);
		b->state = DONE;
		pthread_cond_signal(&j->done);
	}
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

/* As many as there are processors; none is no error: then the reader judges. */
static void
start_threads(struct judges *j)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	while (j->nthread < THREADS && j->nthread < n &&
	    pthread_create(&j->thread[j->nthread], &attr, work, j) == 0)
		j->nthread++;
	pthread_attr_destroy(&attr);
}

static void
print(struct judges *j, struct batch *b)
{
	struct mg_err e;

	if (mg_write(1, mg_buf_str(&b->out), b->out.len, &e) == -1)
		mg_die(&e);
	j->asked += b->asked;
	mg_buf_clear(&b->bytes);
	mg_buf_clear(&b->out);
	b->n = b->asked = 0;
	b->state = FREE;
}

/* Prints what is done at the tail; waits until at most that many are on their way. */
static void
settle(struct judges *j, size_t waiting)
{
	struct batch *b;
	int done;

	while (j->tail < j->head) {
		b = &j->batch[j->tail % BATCHES];
		pthread_mutex_lock(&j->lock);
		while (b->state != DONE && j->head - j->tail > waiting)
			pthread_cond_wait(&j->done, &j->lock);
		done = b->state == DONE;
		pthread_mutex_unlock(&j->lock);
		if (!done)
			return;
		print(j, b);
		j->tail++;
	}
}

/* The batch at the head goes to the threads, or is judged here. */
static void
submit(struct judges *j)
{
	struct batch *b = &j->batch[j->head % BATCHES];

	if (j->nthread == 0)
		start_threads(j);
	if (j->nthread == 0) {
		judge(j->words, b);
		print(j, b);
		return;
	}
	pthread_mutex_lock(&j->lock);
	b->state = READY;
	j->head++;
	pthread_cond_signal(&j->more);
	pthread_mutex_unlock(&j->lock);
	settle(j, BATCHES - 1);
}

struct judges *
judges_new(const struct mg_lexicon *words)
{
	struct judges *j = mg_calloc(1, sizeof *j);
	size_t i;

	j->words = words;
	for (i = 0; i < BATCHES; i++)
		j->batch[i].bytes = j->batch[i].out = MG_BUF((size_t)-2);
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->more, NULL);
	pthread_cond_init(&j->done, NULL);
	return j;
}

void
judges_add(struct judges *j, const char *task, size_t tasklen, const char *text, size_t len, size_t line)
{
	struct batch *b = &j->batch[j->head % BATCHES];

	b->job = mg_grow(b->job, b->n, &b->cap, sizeof *b->job);
	b->job[b->n++] = (struct job){ b->bytes.len, tasklen, b->bytes.len + tasklen, len, line };
	mg_buf_add(&b->bytes, task, tasklen);
	mg_buf_add(&b->bytes, text, len);
	if (b->bytes.len >= BATCH)
		submit(j);
}

void
judges_flush(struct judges *j)
{
	struct batch *b = &j->batch[j->head % BATCHES];

	settle(j, 0);
	if (b->n > 0) {
		judge(j->words, b);
		print(j, b);
	}
}

size_t
judges_asked(const struct judges *j)
{
	return j->asked;
}

void
judges_free(struct judges *j)
{
	size_t i;

	pthread_mutex_lock(&j->lock);
	j->over = 1;
	pthread_cond_broadcast(&j->more);
	pthread_mutex_unlock(&j->lock);
	while (j->nthread > 0)
		pthread_join(j->thread[--j->nthread], NULL);
	for (i = 0; i < BATCHES; i++) {
		mg_buf_free(&j->batch[i].bytes);
		mg_buf_free(&j->batch[i].out);
		free(j->batch[i].job);
	}
	pthread_mutex_destroy(&j->lock);
	pthread_cond_destroy(&j->more);
	pthread_cond_destroy(&j->done);
	free(j);
}
