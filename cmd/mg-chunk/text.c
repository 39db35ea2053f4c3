/* text.c - mg-chunk text: what came out of a run, for reading.
 * SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coord/state.h"
#include "mg-chunk/sub.h"
#include "mg-chunk/walk.h"
#include "rt/err.h"
#include "rt/mem.h"

static const struct mg_opt opts[] = { { 0 } };
static const struct mg_cmd cmd = { "mg-chunk text", "[file ...]", "print the product of a run", opts };

/* What one source said in one turn, as it streamed: only needed while there is
 * neither a final nor an answer. */
struct turn {
	char		*source, *turn;	/* turn "" where the chunk has none */
	struct mg_buf	 text;
	int		 cut;
};

struct text {
	struct mg_state	*state;
	struct turn	*turn;
	size_t		 nturn, turn_cap;
	int		 answered;	/* an answer or a final came */
};

static void
drop_turns(struct text *t)
{
	while (t->nturn > 0) {
		t->nturn--;
		free(t->turn[t->nturn].source);
		free(t->turn[t->nturn].turn);
		mg_buf_free(&t->turn[t->nturn].text);
	}
	free(t->turn);
	t->turn = NULL;
	t->turn_cap = 0;
}

static struct turn *
turn_of(struct text *t, const struct mg_chunk *c)
{
	char *name = mg_chunk_str(c, "turn", NULL);
	size_t i;

	if (name == NULL)
		name = mg_strdup("");
	for (i = t->nturn; i-- > 0; )	/* the latest ones are asked for most */
		if (strcmp(t->turn[i].turn, name) == 0 && mg_span_is(c->source, t->turn[i].source)) {
			free(name);
			return &t->turn[i];
		}
	t->turn = mg_grow(t->turn, t->nturn, &t->turn_cap, sizeof *t->turn);
	t->turn[t->nturn] = (struct turn){ mg_memdup(c->source.p, c->source.n), name, MG_BUF((size_t)-2), 0 };
	return &t->turn[t->nturn++];
}

/* A turn that was cut: its text does not count (protocol: status cut, or an
 * ask's error, names it). */
static void
cut_turn(struct text *t, const struct mg_chunk *c)
{
	if (mg_chunk_raw(c, "turn").p == NULL)
		return;
	if (c->type == MG_STATUS && !mg_span_is(mg_chunk_raw(c, "status"), "\"cut\""))
		return;
	if (c->type == MG_ERROR && c->to.p == NULL)
		return;		/* a fault within a turn that goes on */
	turn_of(t, c)->cut = 1;
}

static void
stream(struct text *t, const struct mg_chunk *c)
{
	jv content;

	if (c->type == MG_CONTENT) {
		content = mg_chunk_value(c, "content");
		mg_content_text(&turn_of(t, c)->text, content);
		jv_free(content);
	} else {
		cut_turn(t, c);
	}
}

static int
text_line(struct walk *w, char *line, size_t len)
{
	struct text *t = w->arg;
	struct mg_span type, source;
	struct mg_chunk c;
	enum mg_type k;

	if (mg_chunk_peek(line, len, &type, &source)) {
		k = mg_type_of(type);
		if (!mg_state_wants(k) && (t->answered || (k != MG_CONTENT && k != MG_ERROR)))
			return 0;
	}
	if (walk_chunk(w, &c, line, len) == -1 || walk_check(w, &c) == -1)
		return 0;
	walk_apply(w, t->state, &c);
	if (c.type == MG_ANSWER || c.type == MG_FINAL) {
		t->answered = 1;
		drop_turns(t);
	}
	if (!t->answered && (c.type == MG_CONTENT || c.type == MG_STATUS || c.type == MG_ERROR))
		stream(t, &c);
	return 0;
}

/* The bytes as they are, and a newline where they lack one. */
static void
print(const char *p, size_t n)
{
	fwrite(p, 1, n, stdout);
	if (n > 0 && p[n - 1] != '\n')
		putchar('\n');
}

/* Consumes content. */
static int
print_content(jv content)
{
	struct mg_buf b = MG_BUF((size_t)-2);
	int some;

	mg_content_text(&b, content);
	print(mg_buf_str(&b), b.len);
	some = b.len > 0;
	mg_buf_free(&b);
	jv_free(content);
	return some;
}

/* The answer of a label, or NULL. */
static const struct mg_answer *
labelled(const struct mg_state *s, const char *label)
{
	const struct mg_agent *a;
	size_t idlen, i;
	long n;

	if (label == NULL || mg_label_split(label, strlen(label), &idlen, &n) == -1 ||
	    (a = mg_state_agent(s, label, idlen)) == NULL)
		return NULL;
	for (i = 0; i < a->nanswer; i++)
		if (a->answer[i].n == n)
			return &a->answer[i];
	return NULL;
}

/* The newest answer of each agent; one alone stands bare. */
static int
print_answers(const struct mg_state *s)
{
	const struct mg_agent *a;
	size_t i, n = 0;
	int some = 0;

	for (i = 0; i < s->nagent; i++)
		n += s->agent[i].nanswer > 0;
	for (i = 0; i < s->nagent; i++) {
		a = &s->agent[i];
		if (a->nanswer == 0)
			continue;
		if (n > 1)
			printf("%s== %s.%ld\n", some ? "\n" : "", a->id, a->answer[a->nanswer - 1].n);
		some |= print_content(jv_copy(a->answer[a->nanswer - 1].content)) | (n > 1);
	}
	return some;
}

/* Another turn of a source goes under its header again only after someone else's. */
static int
print_turns(const struct text *t)
{
	const struct turn *u, *last = NULL;
	size_t i, sources = 0;

	for (i = 0; i < t->nturn; i++) {
		u = &t->turn[i];
		if (u->cut || u->text.len == 0)
			continue;
		sources += last != NULL && strcmp(u->source, last->source) != 0;
		last = u;
	}
	if (last == NULL)
		return 0;
	for (i = 0, last = NULL; i < t->nturn; i++) {
		u = &t->turn[i];
		if (u->cut || u->text.len == 0)
			continue;
		if (sources > 0 && (last == NULL || strcmp(u->source, last->source) != 0))
			printf("%s== %s\n", last != NULL ? "\n" : "", u->source);
		print(u->text.p, u->text.len);
		last = u;
	}
	return 1;
}

static int
product(const struct text *t)
{
	const struct mg_answer *winner;

	if (jv_is_valid(t->state->final) && print_content(mg_jv_get(t->state->final, "content")))
		return 1;
	mg_state_settle(t->state);
	winner = labelled(t->state, mg_jv_str(t->state->decision, "answer", NULL));
	if (winner != NULL)
		return print_content(jv_copy(winner->content));
	return t->answered ? print_answers(t->state) : print_turns(t);
}

static int
run(int argc, char *argv[])
{
	struct text t = { .state = mg_state_new() };
	struct walk w = { .line = text_line, .arg = &t };
	int some;

	while (mg_getopt(&cmd, argc, argv, 0) != -1)
		;
	walk_files(&w, argv + optind, argc - optind);
	some = product(&t);
	drop_turns(&t);
	mg_state_free(t.state);
	return w.status != MG_OK ? w.status : some ? MG_OK : MG_NO;
}

const struct sub sub_text = { &cmd, run };
