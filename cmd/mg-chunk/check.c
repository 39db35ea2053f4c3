/* check.c - mg-chunk check: does every line keep the rules of mg-chunk(5)?
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

enum { OPT_TYPES = 256 };

static const struct mg_opt opts[] = {
	{ 'c', "count", NULL, "print how many chunks of each type there are" },
	{ 'q', "quiet", NULL, "say nothing, only exit 0 or 3" },
	{ OPT_TYPES, "types", NULL, "print the table of types and their fields" },
	{ 0 }
};
static const struct mg_cmd cmd = { "mg-chunk check", "[file ...]", "does every line keep the rules?", opts };

struct tally {
	char	*name;
	size_t	 count;
};

struct check {
	struct mg_state	*state;		/* of one file: a file is a run */
	int		 count;
	size_t		 known[MG_UNKNOWN];
	struct tally	*other;		/* types that this version does not know */
	size_t		 nother, other_cap;
};

static void
count(struct check *k, const struct mg_chunk *c)
{
	size_t i;

	if (c->type != MG_UNKNOWN) {
		k->known[c->type]++;
		return;
	}
	for (i = 0; i < k->nother; i++)
		if (mg_span_is(c->type_name, k->other[i].name))
			break;
	if (i == k->nother) {
		k->other = mg_grow(k->other, k->nother, &k->other_cap, sizeof *k->other);
		k->other[k->nother++] = (struct tally){ mg_memdup(c->type_name.p, c->type_name.n), 0 };
	}
	k->other[i].count++;
}

static int
check_line(struct walk *w, char *line, size_t len)
{
	struct check *k = w->arg;
	struct mg_chunk c;

	if (walk_chunk(w, &c, line, len) == -1 || walk_check(w, &c) == -1)
		return 0;
	if (walk_apply(w, k->state, &c) == 0 && k->count)
		count(k, &c);
	return 0;
}

static void
check_end(struct walk *w)
{
	struct check *k = w->arg;

	if (w->bad > 0 && !w->quiet)
		mg_warn("%s: %zu bad of %zu lines", w->file, w->bad, w->number);
	mg_state_free(k->state);
	k->state = mg_state_new();
}

static void
print_counts(const struct check *k)
{
	size_t i;

	for (i = 0; i < MG_UNKNOWN; i++)
		if (k->known[i] > 0)
			printf("%s\t%zu\n", mg_types[i].name, k->known[i]);
	for (i = 0; i < k->nother; i++) {
		struct mg_buf b = MG_BUF((size_t)-2);

		mg_json_quote(&b, k->other[i].name, strlen(k->other[i].name));
		printf("%.*s\t%zu\n", (int)b.len - 2, b.p + 1, k->other[i].count);
		mg_buf_free(&b);
	}
}

static void
print_fields(const char *type, const struct mg_field *f)
{
	static const char *const kind[] = { "string", "number", "boolean", "null", "object", "array", "integer" };
	const char *sep;
	unsigned i;

	for (; f->name != NULL; f++) {
		printf("%s\t%s\t", type, f->name);
		for (i = 0, sep = ""; i < sizeof kind / sizeof *kind; i++)
			if (f->kinds & 1U << i && (f->kinds & MG_K_ANY) != MG_K_ANY) {
				printf("%s%s", sep, kind[i]);
				sep = "|";
			}
		printf("%s\t%s\n", (f->kinds & MG_K_ANY) == MG_K_ANY ? "any" : "",
		    f->required ? "required" : "optional");
	}
}

static void
print_types(void)
{
	static const struct mg_field head[] = { { "type", MG_K_STR, 1 }, { "source", MG_K_STR, 1 }, { 0 } };
	int t;

	print_fields("*", head);
	print_fields("*", mg_any_fields);
	for (t = 0; t < MG_UNKNOWN; t++) {
		print_fields(mg_types[t].name, mg_types[t].fields);
		if (mg_types[t].fields->name == NULL)
			printf("%s\t\t\t\n", mg_types[t].name);
	}
}

static int
run(int argc, char *argv[])
{
	struct check k = { .count = 0 };
	struct walk w = { .line = check_line, .end = check_end, .arg = &k };
	size_t i;
	int o;

	while ((o = mg_getopt(&cmd, argc, argv, 0)) != -1)
		switch (o) {
		case 'c': k.count = 1; break;
		case 'q': w.quiet = 1; break;
		case OPT_TYPES: print_types(); return MG_OK;
		}
	k.state = mg_state_new();
	walk_files(&w, argv + optind, argc - optind);
	if (k.count)
		print_counts(&k);
	mg_state_free(k.state);
	for (i = 0; i < k.nother; i++)
		free(k.other[i].name);
	free(k.other);
	return w.status;
}

const struct sub sub_check = { &cmd, run };
