#!/bin/sh
# install.sh - copies mg from this folder to PREFIX (default /usr/local, or ~/.local without root).
# SPDX-License-Identifier: MIT
# usage: [PREFIX=DIR] ./install.sh [--uninstall]
set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${PREFIX:-}" ]; then
	PREFIX=/usr/local
	[ -w "$PREFIX" ] || PREFIX=${HOME:?set PREFIX or HOME}/.local
fi
case ${1:-} in
'')
	(cd "$here" && find bin share -type f) | while read -r f; do
		mkdir -p "$PREFIX/${f%/*}"
		rm -f "$PREFIX/$f"	# a program that runs keeps its file
		cp "$here/$f" "$PREFIX/$f"
	done
	echo "mg is in $PREFIX/bin"
	case :$PATH: in *:$PREFIX/bin:*) ;; *) echo "add it to PATH: export PATH=$PREFIX/bin:\$PATH" ;; esac
	;;
--uninstall)
	(cd "$here" && find bin share -type f) | while read -r f; do rm -f "$PREFIX/$f"; done
	rm -rf "$PREFIX/share/doc/mg"
	;;
*)
	echo "install.sh: $1: the one option is --uninstall" >&2
	exit 2
	;;
esac
