#!/bin/sh
# linked.sh - the rows of versions.tsv that are linked: what was built, what the link lines name, and libc itself.
# SPDX-License-Identifier: MIT
# usage: linked.sh LIBS
set -eu
awk -F '\t' -v line=" $(cat "$1"/link-*.flags) -lyaml -lc -lgcc " '
	{ lib = $5; sub(/^lib/, "-l", lib); sub(/\.a$/, "", lib) }
	$5 !~ /\.a$/ || index(line, " " lib " ")' "$1/versions.tsv"
