/* config.c - libFuzzer: any bytes as a configuration, YAML and JSON.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/config.h"
#include "rt/err.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[2][64];
	struct mg_config c;
	struct mg_err e;
	FILE *f;
	int i;

	for (i = 0; i < 2; i++) {
		if (path[i][0] == '\0')
			snprintf(path[i], sizeof path[i], "/tmp/mg-fuzz-%ld.%s", (long)getpid(), i == 0 ? "yaml" : "json");
		if ((f = fopen(path[i], "w")) == NULL || fwrite(data, 1, size, f) != size || fclose(f) != 0)
			abort();
		if (mg_config_load(&c, path[i], NULL, NULL, &e) == 0)
			mg_config_free(&c);
		unlink(path[i]);
	}
	return 0;
}
