#!/bin/sh
# static-libs.sh - build the static libraries that the distribution has no archives of.
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2086 # CC and the flags are words
#
# usage: static-libs.sh OUTDIR     build what is missing in OUTDIR
#        static-libs.sh --packages print the Debian packages it needs
#
# OUTDIR then holds lib/, include/, licences/, versions.tsv (name, version, SHA-256,
# licence, the file that the checksum is of) and what to say to the compiler:
#   compile.flags    for every source of a static program
#   link-base.flags  for every static program, before its objects
#   link-jq.flags, link-curl.flags  for those that call these, after their objects
# Sources come from the package manager (fetch-source.sh), or
# from JQ_SRC, CURL_SRC and ONIG_SRC: a tarball of sources.tsv or an unpacked
# folder, and then no network is used for them.  CC, AR and JOBS are obeyed.
#
# Exit: 0 all there, 1 a build failed, 2 called wrongly, 4 a tarball is not to be had.
set -eu
LC_ALL=C
export LC_ALL
# A make that calls this hands its own variables down; they are not for these sources.
unset CDPATH CFLAGS CPPFLAGS LDFLAGS LIBS MAKEFLAGS MFLAGS MAKEOVERRIDES

here=$(cd "$(dirname "$0")" && pwd)
tab=$(printf '\t')
CC=${CC:-cc} AR=${AR:-ar}
JOBS=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
export CC AR

# For a static PIE whose linker drops what nobody calls; hardened as the
# distribution does it.  Paths of the build never reach an object.
cflags='-O2 -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong'
cflags="$cflags -fno-asynchronous-unwind-tables"
cppflags='-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2'

# shellcheck source=/dev/null
. "$here/recipe-jq.sh"
# shellcheck source=/dev/null
. "$here/recipe-curl.sh"

die() {	# die STATUS MESSAGE
	printf 'static-libs: %s\n' "$2" >&2
	exit "$1"
}

# rows TABLE NAME: the table's lines of that name, comments left out.
rows() {
	grep "^$2$tab" "$here/$1"
}

field() {	# field LINE N
	printf '%s\n' "$1" | cut -f"$2"
}

sum() {
	sha256sum < "$1" | cut -d' ' -f1
}

# run NAME COMMAND...: its output into a log, the log's end on failure.
# The caller's set -e must hold inside, hence no "if" around the command.
run() {
	name=$1 log=$build/$1.log
	shift
	set +e
	(set -e; "$@") > "$log" 2>&1 < /dev/null
	status=$?
	set -e
	[ $status -eq 0 ] && return 0
	tail -n 25 "$log" >&2
	die 1 "$name: build failed, all of it is in $log"
}

# given NAME VAR VALUE: what the user handed over, into $row and $src.
# A folder is taken as it is; a tarball must be one of the table.
given() {
	[ -e "$3" ] || die 4 "$2=$3: no such file or folder"
	if [ -d "$3" ]; then
		src=$(cd "$3" && pwd)
		row=$(printf '%s\t%s\t%s\tNOASSERTION\t%s' "$1" "$("version_$1" "$src")" \
		    "${src##*/}" "$(rows sources.tsv "$1" | head -n 1 | cut -f5)")
		return 0
	fi
	first=$(rows sources.tsv "$1" | head -n 1)
	row=$(rows sources.tsv "$1" | grep "$tab$(sum "$3")$tab") ||
	    die 4 "$2=$3: its SHA-256 is in no row of sources.tsv: it must be $(field "$first" 3)\
 ($(field "$first" 4)); an unpacked folder is taken unchecked"
	unpack "$1" "$3"
}

# unpack NAME TARBALL: into $src, whatever the tarball calls its folder.
unpack() {
	src=$build/$1-src
	rm -rf "$src"
	mkdir -p "$src"
	tar -xf "$2" -C "$src" --strip-components=1 --no-same-owner
}

# fetched NAME VAR: the first of the table's rows that can be had.
fetched() {
	first=$(rows sources.tsv "$1" | head -n 1)
	rows sources.tsv "$1" > "$build/$1.rows"
	while IFS= read -r row; do
		file=$out/dl/$(field "$row" 3)
		if [ ! -f "$file" ] || [ "$(sum "$file")" != "$(field "$row" 4)" ]; then
			rm -f "$file"
			"$here/fetch-source.sh" "$(field "$row" 6)" "$(field "$row" 4)" \
			    "$(field "$row" 7)" "$build/apt" "$file" \
			    >> "$build/fetch.log" 2>&1 < /dev/null || continue
		fi
		[ "$row" = "$first" ] || printf 'static-libs: %s: not to be had, %s instead\n' \
		    "$(field "$first" 3)" "$(field "$row" 3)" >&2
		unpack "$1" "$file"
		return 0
	done < "$build/$1.rows"
	die 4 "$(field "$first" 3) (SHA-256 $(field "$first" 4)) is not to be had from the package\
 archive: get it by other means and say $2=FILE (see $build/fetch.log)"
}

# source_of NAME VAR: sets $src (a folder) and $row (name, version, file, sum, licence).
source_of() {
	eval "value=\${$2-}"
	if [ -n "$value" ]; then
		given "$1" "$2" "$value"
	else
		fetched "$1" "$2"
	fi
	printf '%s\n' "$row" | awk -F'\t' -v OFS='\t' '{ print $1, $2, $4, $5, $3 }' > "$out/$1.row"
}

# key NAME VAR: all that decides what the build of NAME yields, in one line.
key() {
	value=
	[ -z "$2" ] || eval "value=\${$2-}"
	{
		cat "$here/static-libs.sh" "$here"/recipe-*.sh "$here"/*.tsv "$here/nonss.c"
		$CC --version
		echo "$cflags $cppflags $value ${ONIG_SRC-} $out"
		if [ -d "$value" ]; then
			find "$value" -type f \( -name '*.[ch]' -o -name '*.jq' \) -exec cat {} +
		elif [ -f "$value" ]; then
			cat "$value"
		fi
		packages | xargs -r dpkg-query -W 2> /dev/null || :
	} | sha256sum | cut -d' ' -f1
}

packages() {
	grep -v '^#' "$here/archives.tsv" | cut -f2 | grep -v '^-$' | sort -u
}

# make_one NAME VAR: nothing when its stamp is of the same key.
make_one() {
	k=$(key "$1" "$2")
	stamp=$out/$1.stamp
	[ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$k" ] || return 0
	rm -f "$stamp"
	mkdir -p "$build" "$out/dl" "$out/lib" "$out/include" "$out/licences"
	"recipe_$1"
	echo "$k" > "$stamp"
	changed=yes
}

# base: what every static program needs: flags for both steps, and nonss.o.
# Relative relocations in their short form save 0.5 MiB, where the linker can.
recipe_base() {
	$CC $cppflags $cflags -w -D_GNU_SOURCE "-ffile-prefix-map=$here/=build/" \
	    -c -o "$out/lib/nonss.o" "$here/nonss.c" || die 1 'nonss.c: build failed'
	printf '%s\n' "$cppflags $cflags -I$out/include" > "$out/compile.flags"
	link='-static-pie -Wl,--gc-sections,--as-needed,-z,relro,-z,now,-z,noexecstack'
	echo 'int main(void) { return 0; }' > "$build/try.c"
	if $CC $link -Wl,--fatal-warnings,-z,pack-relative-relocs -fPIE -o "$build/try" \
	    "$build/try.c" > "$build/try.log" 2>&1 && "$build/try"; then
		link=$link,-z,pack-relative-relocs
	fi
	printf '%s\n' "$link $out/lib/nonss.o" > "$out/link-base.flags"
}

# flags NAME: what a program that calls NAME's library is linked with.  Whole
# names, so that the distribution's own libcurl.a or libjq.a is never taken.
flags() {
	case $1 in
	jq)   printf '%s\n' "$out/lib/libjq.a $out/lib/libonig.a -lm" ;;
	curl) printf '%s\n' "$out/lib/libcurl.a -lnghttp2 -lbrotlidec -lbrotlicommon -lz -lcares\
 -lssl -lcrypto" ;;
	esac > "$out/link-$1.flags"
}

# archives: what of the distribution is linked too: its version, checksum, licence text.
archives() {
	grep -v '^#' "$here/archives.tsv" |
	while IFS=$tab read -r name package file licence _; do
		path=$($CC -print-file-name="$file")
		[ -f "$path" ] || continue
		path=$(realpath "$path")
		if [ "$package" = - ]; then
			package=$(dpkg-query -S "$path" 2> /dev/null | head -n 1 | cut -d: -f1)
		fi
		version=$(dpkg-query -W -f '${Version}' "$package" 2> /dev/null || echo unknown)
		printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$version" "$(sum "$path")" "$licence" "$file"
		text=/usr/share/doc/$package/copyright
		[ ! -r "$text" ] || cp "$text" "$out/licences/$name"
	done
}

main() {
	if [ "${1-}" = --packages ]; then
		{ packages; printf '%s\n' gcc libc6-dev make pkg-config; } | sort -u
		return 0
	fi
	case ${1-} in
	''|-*) die 2 'usage: static-libs.sh OUTDIR | --packages' ;;
	esac
	mkdir -p "$1"
	out=$(cd "$1" && pwd)
	build=$out/build
	changed=no
	make_one base ''
	make_one jq JQ_SRC
	make_one curl CURL_SRC
	[ $changed = yes ] || return 0
	{
		cat "$out/jq.row" "$out/onig.row" "$out/curl.row"
		archives
	} > "$out/versions.tsv.new"
	mv "$out/versions.tsv.new" "$out/versions.tsv"
	rm -rf "$build"
}

main "$@"
