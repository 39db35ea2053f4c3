/* audit.c - mg-final --audit: do the configured agents finish on their own?
 * SPDX-License-Identifier: MIT
 *
 * Each scenario is a whole run of mg-run; what came of it is read from its chunks. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunk/chunk.h"
#include "mg-final/final.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/share.h"
#include "rt/write.h"

struct outcome {		/* of a scenario, or the sum of several */
	char	*winner, *run;	/* of one */
	char	 first[16], verdict[16];	/* of the first text and of the final; "" where there is none */
	long	 runs, asked_first, asked_after, empty, degraded, failed;
	double	 seconds, tokens;
	int	 code;
};

/* The text of a path, or of a name that mg brings. */
static char *
scenarios(const char *file, size_t *len)
{
	struct mg_err e;
	char *text = access(file, F_OK) == 0 || strcmp(file, "-") == 0 ? mg_read_file(file, MG_FILE_MAX, len, &e) :
	    mg_share_text(file, len, NULL, &e);

	if (text == NULL)
		mg_die(&e);
	return text;
}

static void
word(char to[16], const char *from)
{
	snprintf(to, 16, "%s", from);
}

/* What the final says of the way to it. */
static void
take_final(struct outcome *o, const struct mg_chunk *c)
{
	jv checks = mg_chunk_value(c, "checks"), back = mg_jv_get(checks, "sent_back"), first = jv_invalid();
	struct mg_buf text = MG_BUF(MG_LINE_MAX);
	jv content = mg_chunk_value(c, "content");

	mg_content_text(&text, content);
	word(o->verdict, mg_jv_str(checks, "verdict", text.len > 0 ? "good" : "empty"));
	if (jv_get_kind(back) == JV_KIND_ARRAY && jv_array_length(jv_copy(back)) > 0)
		first = jv_array_get(jv_copy(back), 0);
	word(o->first, mg_jv_str(first, "verdict", o->verdict));
	o->failed = 0;
	o->degraded = mg_chunk_raw(c, "degraded").n > 2;
	o->asked_first = strcmp(o->first, "asks") == 0;
	o->asked_after = strcmp(o->verdict, "asks") == 0;
	o->empty = strcmp(o->first, "empty") == 0;
	jv_free(first);
	jv_free(back);
	jv_free(checks);
	jv_free(content);
	mg_buf_free(&text);
}

static void
take_line(struct outcome *o, const char *line, size_t len)
{
	struct mg_span type, source;
	struct mg_chunk c;
	struct mg_bad bad;
	jv v;

	if (mg_chunk_peek(line, len, &type, &source) && (mg_span_is(type, "content") || mg_span_is(type, "reasoning")))
		return;
	if (mg_chunk_read(&c, line, len, &bad) == -1 || mg_chunk_check(&c, &bad) == -1)
		return;
	switch (c.type) {
	case MG_TASK:
		free(o->run);
		o->run = mg_chunk_str(&c, "run", NULL);
		break;
	case MG_DECISION:
		free(o->winner);
		o->winner = mg_chunk_str(&c, "winner", NULL);
		break;
	case MG_USED:
		v = mg_json_value((struct mg_span){ line, len });
		o->tokens += mg_jv_num(v, "input_tokens", 0) + mg_jv_num(v, "output_tokens", 0);
		jv_free(v);
		break;
	case MG_FINAL:
		take_final(o, &c);
		break;
	default:
		break;
	}
}

struct argv {
	char	*v[40];
	size_t	 n;
};

static void
put(struct argv *a, const char *flag, const char *value)
{
	a->v[a->n++] = mg_strdup(flag);
	if (value != NULL)
		a->v[a->n++] = mg_strdup(value);
}

static void
put_seconds(struct argv *a, const char *flag, double seconds)
{
	char text[32];

	snprintf(text, sizeof text, "%.3f", seconds);
	if (seconds >= 0)
		put(a, flag, text);
}

/* mg-run with our own options handed on. */
static void
command(struct argv *a, const struct options *o, const char *task, const char *system)
{
	char *self = mg_proc_sibling("mg-run"), tries[24];

	put(a, self, NULL);
	put(a, "--quiet", "--output=ndjson");
	put(a, "--config", o->config);
	if (*system != '\0')
		put(a, "--system", system);
	if (o->prompts != NULL)
		put(a, "--prompts", o->prompts);
	put_seconds(a, "--final-timeout", o->total);
	put_seconds(a, "--first-byte-timeout", o->first);
	put_seconds(a, "--idle-timeout", o->idle);
	snprintf(tries, sizeof tries, "%ld", o->tries);
	if (o->tries > 0)
		put(a, "--final-tries", tries);
	if (o->judge)
		put(a, "--judge", NULL);
	if (o->no_present)
		put(a, "--no-present", NULL);
	put(a, "--", task);
	free(self);
}

static void
run(const struct options *o, const char *task, const char *system, struct outcome *out)
{
	struct argv a = { .n = 0 };
	struct mg_spawn spawn = { .argv = a.v, .death_signal = SIGTERM };
	struct mg_lines *in;
	struct mg_proc p;
	struct mg_err e;
	int64_t start = mg_now();
	char *line;
	size_t len;

	*out = (struct outcome){ .runs = 1, .failed = 1 };
	command(&a, o, task, system);
	if (mg_proc_start(&p, &spawn, &e) == -1)
		mg_die(&e);
	close(p.in);
	p.in = -1;
	in = mg_lines_new(p.out, MG_LINE_MAX);
	p.out = -1;
	while ((len = 0, mg_lines_get(in, &line, &len, &e)) > MG_LINES_MORE)
		if (len > 0)
			take_line(out, line, len);
		else
			break;
	mg_lines_free(in);
	out->code = mg_proc_code(mg_proc_stop(&p, 60000));
	out->seconds = (double)(mg_now() - start) / 1000;
	while (a.n > 0)
		free(a.v[--a.n]);
	if (out->failed && (out->code == MG_USAGE || out->code == 127))
		mg_quit(MG_USAGE, "mg-run cannot work with this configuration: see above");
}

static void
add(struct outcome *sum, const struct outcome *o)
{
	sum->runs += o->runs;
	sum->asked_first += o->asked_first;
	sum->asked_after += o->asked_after;
	sum->empty += o->empty;
	sum->degraded += o->degraded;
	sum->failed += o->failed;
	sum->seconds += o->seconds;
	sum->tokens += o->tokens;
}

static jv
number(jv o, const char *key, double n)
{
	return jv_object_set(o, jv_string(key), jv_number(n));
}

static jv
text(jv o, const char *key, const char *s)
{
	return jv_object_set(o, jv_string(key), s != NULL && *s != '\0' ? jv_string(s) : jv_null());
}

static jv
counts(const struct outcome *o)
{
	jv v = number(jv_object(), "runs", (double)o->runs);

	v = number(v, "asked_first", (double)o->asked_first);
	v = number(v, "asked_after", (double)o->asked_after);
	v = number(v, "empty", (double)o->empty);
	v = number(v, "degraded", (double)o->degraded);
	v = number(v, "failed", (double)o->failed);
	v = number(v, "seconds", o->seconds);
	return number(v, "tokens", o->tokens);
}

static jv
one_value(jv scenario, const struct outcome *o)
{
	jv v = text(jv_object(), "id", mg_jv_str(scenario, "id", ""));

	v = text(v, "kind", mg_jv_str(scenario, "kind", ""));
	v = text(v, "run", o->run);
	v = text(v, "winner", o->winner);
	v = text(v, "first", o->first);
	v = text(v, "final", o->verdict);
	v = jv_object_set(v, jv_string("degraded"), jv_bool(o->degraded > 0));
	v = number(v, "seconds", o->seconds);
	v = number(v, "tokens", o->tokens);
	return number(v, "exit", o->code);
}

static void
print_one(jv scenario, const struct outcome *o)
{
	printf("%-20.20s  %-16.16s  %-12.12s  %-7s  %-7s  %-8s  %8.1f  %8.0f\n", mg_jv_str(scenario, "id", ""),
	    mg_jv_str(scenario, "kind", ""), o->winner != NULL ? o->winner : "-", *o->first != '\0' ? o->first : "-",
	    *o->verdict != '\0' ? o->verdict : "failed", o->degraded ? "yes" : "", o->seconds, o->tokens);
	fflush(stdout);		/* a run takes a while: each is shown when it ends */
}

static void
print_sum(const char *name, const struct outcome *o)
{
	printf("%-20.20s  %5ld  %14ld  %17ld  %5ld  %8ld  %6ld  %8.1f  %8.0f\n", name, o->runs, o->asked_first,
	    o->asked_after, o->empty, o->degraded, o->failed, o->seconds, o->tokens);
}

struct report {
	int		 json;
	jv		 list;		/* -o json: what each came to */
	struct outcome	 total;
	struct part {		/* the same by kind */
		char		*kind;
		struct outcome	 sum;
	}		*part;
	size_t		 n, cap;
};

static struct outcome *
part(struct report *r, const char *kind)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->part[i].kind, kind) == 0)
			return &r->part[i].sum;
	r->part = mg_grow(r->part, r->n, &r->cap, sizeof *r->part);
	r->part[r->n] = (struct part){ .kind = mg_strdup(kind) };
	return &r->part[r->n++].sum;
}

static void
one(const struct options *o, struct report *r, jv scenario)
{
	struct outcome out;

	run(o, mg_jv_str(scenario, "task", ""), mg_jv_str(scenario, "system_message", ""), &out);
	add(&r->total, &out);
	add(part(r, mg_jv_str(scenario, "kind", "")), &out);
	if (r->json)
		r->list = jv_array_append(r->list, one_value(scenario, &out));
	else
		print_one(scenario, &out);
	free(out.winner);
	free(out.run);
}

static void
print_report(struct report *r)
{
	struct mg_buf b = MG_BUF(MG_BODY_MAX);
	jv v = jv_object_set(jv_object(), jv_string("scenarios"), jv_copy(r->list)), kinds = jv_object();
	size_t i;

	if (!r->json)
		printf("\n%-20s  %5s  %14s  %17s  %5s  %8s  %6s  %8s  %8s\n", "", "runs", "asked at first", "asked after loop", "empty",
		    "degraded", "failed", "seconds", "tokens");
	for (i = 0; i < r->n; i++) {
		if (!r->json)
			print_sum(r->part[i].kind, &r->part[i].sum);
		kinds = jv_object_set(kinds, jv_string(r->part[i].kind), counts(&r->part[i].sum));
		free(r->part[i].kind);
	}
	free(r->part);
	v = jv_object_set(v, jv_string("kinds"), kinds);
	v = jv_object_set(v, jv_string("total"), counts(&r->total));
	if (!r->json)
		print_sum("all", &r->total);
	mg_json_add(&b, v);
	if (r->json)
		printf("%s\n", mg_buf_str(&b));
	mg_buf_free(&b);
}

/* A line as a scenario; invalid where it is blank or a fault (*e is filled then). */
static jv
scenario(const char *file, const char *line, size_t len, size_t n, struct mg_err *e)
{
	struct mg_bad bad;
	jv v;

	e->code = MG_OK;
	if (len == 0)
		return jv_invalid();
	if (mg_json_check(line, len, &bad) == -1) {
		mg_fail(e, MG_DATA, "%s: line %zu, column %zu: %s", file, n, bad.pos + 1, bad.why);
		return jv_invalid();
	}
	v = mg_json_value((struct mg_span){ line, len });
	if (*mg_jv_str(v, "task", "") != '\0')
		return v;
	jv_free(v);
	mg_fail(e, MG_DATA, "%s: line %zu: a scenario is an object with a task", file, n);
	return jv_invalid();
}

/* All of them are read before the first is run: a fault at the end must not cost an hour. */
static jv
read_all(const struct options *o)
{
	struct mg_err e;
	size_t len, n = 0;
	char *all = scenarios(o->audit, &len), *line, *nl;
	jv list = jv_array(), v;

	for (line = all; line < all + len; line = nl + 1) {
		if ((nl = memchr(line, '\n', (size_t)(all + len - line))) == NULL)
			nl = all + len;
		v = scenario(o->audit, line, (size_t)(nl - line), ++n, &e);
		if (e.code != MG_OK)
			mg_die(&e);
		if (jv_is_valid(v))
			list = jv_array_append(list, v);
		else
			jv_free(v);
	}
	free(all);
	return list;
}

int
audit(const struct options *o)
{
	struct report r = { .json = o->json, .list = jv_array() };
	jv list = read_all(o);
	struct mg_err e;

	if (!r.json)
		printf("%-20s  %-16s  %-12s  %-7s  %-7s  %-8s  %8s  %8s\n", "scenario", "kind", "winner", "first", "final",
		    "degraded", "seconds", "tokens");
	jv_array_foreach(list, i, s) {
		one(o, &r, s);
		jv_free(s);
	}
	print_report(&r);
	jv_free(list);
	jv_free(r.list);
	if (mg_stdout_close(&e) == -1)
		mg_die(&e);
	return r.total.asked_after > 0 ? MG_NO : r.total.failed > 0 ? MG_TEMP : MG_OK;
}
