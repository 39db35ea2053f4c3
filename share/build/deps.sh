#!/bin/sh
# deps.sh - installs the Debian packages that are missing, or says what to install.
# SPDX-License-Identifier: MIT
# usage: deps.sh install PACKAGE...
set -u
shift
if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
	# nothing to do where a compiler finds what we need; otherwise name it in the system's words
	printf '#include <jq.h>\n#include <curl/curl.h>\n#include <yaml.h>\n' | cc -E - >/dev/null 2>&1 && exit 0
	cat >&2 <<TEXT
mg: this system has no apt; install these and run make again:
  dnf install gcc make jq-devel libcurl-devel libyaml-devel zlib-devel bats jq curl procps-ng mandoc
  apk add gcc make musl-dev jq-dev curl-dev yaml-dev zlib-dev bats jq curl procps mandoc
  pacman -S gcc make jq curl libyaml zlib bats procps-ng mandoc
  brew install jq curl libyaml bats-core mandoc
TEXT
	exit 4
fi
missing=
for p; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
as_root=
if [ "$(id -u)" != 0 ]; then
	if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
		as_root=sudo
	else
		echo "mg: missing packages; run: sudo apt-get install -y$missing" >&2
		exit 4
	fi
fi
echo "mg: installing$missing" >&2
# shellcheck disable=SC2086 # both are lists
{ $as_root apt-get install -y --no-install-recommends $missing >/dev/null 2>&1 ||
	{ $as_root apt-get update >/dev/null && DEBIAN_FRONTEND=noninteractive \
		$as_root apt-get install -y --no-install-recommends $missing >/dev/null; }; } || {
	echo "mg: apt-get could not install$missing" >&2
	exit 4
}
