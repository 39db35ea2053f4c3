# recipe-jq.sh - libjq.a and libonig.a; read by static-libs.sh.
# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154,SC2086 # names of static-libs.sh's; flags are words
#
# Compiled without upstream's configure: that needs autotools for one of the two
# kinds of tarball, and what it would find out is known here (Linux, glibc).

version_jq() {
	v=$(sed -n 's/.*JQ_VERSION "\(.*\)".*/\1/p' "$1/src/version.h" 2> /dev/null || :)
	[ -n "$v" ] || v=$(sed -n 's/^# \([0-9][0-9.]*\).*/\1/p' "$1/NEWS.md" | head -n 1)
	echo "${v:-unknown}"
}

version_onig() {
	awk '/^#define ONIGURUMA_VERSION_(MAJOR|MINOR|TEENY)/ { v = v "." $3 }
	     END { print substr(v, 2) }' "$1/src/oniguruma.h"
}

# The HAVE_ names that jq's sources ask for, all of them but what glibc lacks and
# what strptime.c uses for its own bits.
jq_defines() {
	cat "$src"/src/*.[ch] | grep -o '\<HAVE_[A-Za-z0-9_]*' | sort -u |
	grep -Evx 'HAVE_(POW10|__EXP10|_ISATTY|TM___TM_GMT_OFF|YEAR|MON|MDAY|WDAY|YDAY|HOUR)' |
	sed 's/^/-D/'
	printf '%s\n' -D_GNU_SOURCE -DUSE_DECNUM=1
	case $($CC -dM -E -x c /dev/null) in
	*'__BYTE_ORDER__ __ORDER_BIG_ENDIAN__'*) echo -DIEEE_MC68k ;;
	*) echo -DIEEE_8087 ;;
	esac
}

# jq's own library as C, in the form that this version's builtin.c includes.
jq_builtins() {
	if grep -q 'jq_builtins\[\] *= *{' "$src/src/builtin.c"; then
		od -v -An -to1 "$src/src/builtin.jq" | sed 's/\([0-7][0-7]*\)/0\1,/g'
	else
		sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$/\\n"/' "$src/src/builtin.jq"
	fi
}

# compile LIBRARY FOLDER SOURCE...: with the flags of FOLDER/flags, as many at a
# time as there are processors; members in the order of the names given.
compile() {
	lib=$1 dir=$2
	shift 2
	# shellcheck disable=SC2016 # meant for the inner shell
	for c; do
		printf '%s\n%s\n' "$dir/$(basename "$c" .c).o" "$c"
	done | tr '\n' '\0' | xargs -0 -P "$JOBS" -n 2 sh -c \
	    '$CC @"$1/flags" -c -o "$2" "$3"' compile "$dir"
	for c; do
		shift
		set -- "$@" "$dir/$(basename "$c" .c).o"
	done
	rm -f "$lib"
	"$AR" rcsD "$lib" "$@"
}

build_jq() {
	dir=$build/jq
	dec=$src/vendor/decNumber
	[ -d "$dec" ] || dec=$src/src/decNumber
	mkdir -p "$dir/src"
	jq_builtins > "$dir/src/builtin.inc"
	printf '#define JQ_VERSION "%s"\n' "$(version_jq "$src")" > "$dir/src/version.h"
	{
		printf '%s\n' $cppflags $cflags -w
		jq_defines
		printf '%s\n' "-I$dir" "-I$src" "-I$src/src" "-I$(dirname "$dec")" \
		    "-I$onig" "-ffile-prefix-map=$src/=jq/" "-ffile-prefix-map=$dir/=jq/"
	} > "$dir/flags"
	set --
	for c in "$src"/src/*.c; do
		case ${c##*/} in
		main.c|jq_test.c|inject_errors.c) ;;
		*) set -- "$@" "$c" ;;
		esac
	done
	compile "$out/lib/libjq.a" "$dir" "$@" "$dec/decContext.c" "$dec/decNumber.c"
}

# Only what UTF-8, jq's one encoding, needs.
build_onig() {
	dir=$build/onig
	mkdir -p "$dir"
	cat > "$dir/config.h" <<-EOF
	#define HAVE_ALLOCA 1
	#define HAVE_ALLOCA_H 1
	#define HAVE_INTTYPES_H 1
	#define HAVE_STDINT_H 1
	#define HAVE_SYS_TIME_H 1
	#define HAVE_SYS_TYPES_H 1
	#define HAVE_UNISTD_H 1
	#define SIZEOF_INT __SIZEOF_INT__
	#define SIZEOF_LONG __SIZEOF_LONG__
	#define SIZEOF_LONG_LONG __SIZEOF_LONG_LONG__
	#define SIZEOF_VOIDP __SIZEOF_POINTER__
	#define PACKAGE "onig"
	#define VERSION "$(version_onig "$onig/..")"
	EOF
	printf '%s\n' $cppflags $cflags -w -DHAVE_CONFIG_H "-I$dir" "-I$onig" \
	    "-ffile-prefix-map=$onig/=onig/" > "$dir/flags"
	set --
	for c in ascii onig_init regcomp regenc regerror regexec regext regparse regsyntax \
	    regtrav regversion st unicode unicode_fold1_key unicode_fold2_key \
	    unicode_fold3_key unicode_unfold_key utf8; do
		set -- "$@" "$onig/$c.c"
	done
	compile "$out/lib/libonig.a" "$dir" "$@"
}

# jq's newer tarballs bring oniguruma along; for the others it is a source of its own.
recipe_jq() {
	source_of jq JQ_SRC
	jq_src=$src
	if [ -z "${ONIG_SRC-}" ] && [ -f "$src/vendor/oniguruma/src/oniguruma.h" ]; then
		onig=$src/vendor/oniguruma/src
		printf 'onig\t%s\t%s\tBSD-2-Clause\t%s\n' "$(version_onig "$onig/..")" \
		    "$(cut -f3 "$out/jq.row")" "$(cut -f5 "$out/jq.row")" > "$out/onig.row"
	else
		source_of onig ONIG_SRC
		onig=$src/src
	fi
	src=$jq_src
	run jq build_jq
	run onig build_onig
	cp "$src/src/jq.h" "$src/src/jv.h" "$out/include/"
	cp "$src/COPYING" "$out/licences/jq"
	cp "$onig/../COPYING" "$out/licences/onig"
	flags jq
}
