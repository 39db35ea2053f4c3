/* share.c - where a text of mg is found.
 * SPDX-License-Identifier: MIT */
#include "rt/share.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/write.h"

/* NULL in a program that does not name it elsewhere */
extern const struct mg_share mg_share_words[] __attribute__((weak));

static const char *first_dir;

void
mg_share_dir(const char *dir)
{
	first_dir = dir;
}

/* The i-th folder to look into, freed by the caller; NULL: it is not set.  Past the last: *end. */
static char *
folder(int i, int *end)
{
	const char *s;
	char self[4096], *slash;
	ssize_t n;

	switch (i) {
	case 0:
		return first_dir != NULL ? mg_strdup(first_dir) : NULL;
	case 1:
		return (s = getenv("MG_SHARE")) != NULL && *s != '\0' ? mg_strdup(s) : NULL;
	case 2:
		if ((s = getenv("XDG_CONFIG_HOME")) != NULL && *s != '\0')
			return mg_printf("%s/mg", s);
		return (s = getenv("HOME")) != NULL && *s != '\0' ? mg_printf("%s/.config/mg", s) : NULL;
	case 3:
		if ((n = readlink("/proc/self/exe", self, sizeof self - 1)) <= 0)
			return NULL;
		self[n] = '\0';
		if ((slash = strrchr(self, '/')) == NULL)
			return NULL;
		*slash = '\0';
		return mg_printf("%s/../share/mg", self);
	}
	*end = 1;
	return NULL;
}

static const struct mg_share *
find(const struct mg_share *s, const char *name)
{
	while (s != NULL && s->name != NULL && strcmp(s->name, name) != 0)
		s++;
	return s != NULL && s->name != NULL ? s : NULL;
}

static char *
embedded(const char *name, size_t *len)
{
	const struct mg_share *s = find(mg_shares, name);

	if (s == NULL)
		s = find(mg_share_words, name);
	if (s == NULL)
		return NULL;
	*len = s->len;
	return mg_memdup(s->data, s->len);
}

char *
mg_share_text(const char *name, size_t *len, char **where, struct mg_err *e)
{
	char *dir, *path, *text;
	size_t n;
	int i, end = 0;

	for (i = 0; !end; i++) {
		if ((dir = folder(i, &end)) == NULL)
			continue;
		path = mg_printf("%s/%s", dir, name);
		free(dir);
		if (access(path, F_OK) == 0) {
			text = mg_read_file(path, MG_FILE_MAX, &n, e);
			if (where != NULL && text != NULL)
				*where = path;
			else
				free(path);
			if (len != NULL)
				*len = n;
			return text;	/* there but not readable is an error, not a reason to look on */
		}
		free(path);
	}
	if ((text = embedded(name, &n)) == NULL) {
		mg_fail(e, MG_USAGE, "%s: no such text (see mg-run --share-list)", name);
		return NULL;
	}
	if (len != NULL)
		*len = n;
	if (where != NULL)
		*where = mg_strdup("embedded");
	return text;
}
