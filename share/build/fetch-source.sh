#!/bin/sh
# fetch-source.sh - one upstream tarball out of the package manager's source channel.
# SPDX-License-Identifier: MIT
#
# usage: fetch-source.sh PACKAGE SHA256 "SUITE ..." DIR DEST
#
# Writes DEST, whose SHA-256 is then the one asked for, or exits 1.  The lists,
# the cache and the configuration of apt stand in DIR, so no root is needed and
# nothing outside DIR and DEST changes.  The mirror is the one the machine uses.
# Lists are fetched once for each suite; a caller that wants new ones removes DIR.
# What apt says goes to stderr.
set -eu
LC_ALL=C
export LC_ALL

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The archives that the machine takes its packages from, the main one first.
# Without lists apt cannot tell their labels: then all of them are worth a try.
mirrors() {
	# shellcheck disable=SC2016 # a placeholder of apt's
	fmt='$(REPO_URI)'
	m=$(apt-get indextargets --format "$fmt" 'Label: Debian' 'Component: main')
	[ -n "$m" ] || m=$(apt-get indextargets --format "$fmt" 'Component: main')
	printf '%s\n' "$m" | sort -u
}

# configure SUITE URI: a configuration of its own for apt in $root.
# How to reach a server (proxies, certificates, time-outs) is the machine's
# choice and kept; hooks and further index files are not.  apt reads the file
# named by APT_CONFIG first, which is why it can switch off the machine's own.
configure() {
	mkdir -p "$root/state/lists/partial" "$root/cache/archives/partial" \
	    "$root/parts" "$root/sources"
	: > "$root/state/status"
	{
		apt-config dump | grep '^Acquire::' | grep -v '^Acquire::IndexTargets' || :
		cat <<-EOF
		Acquire::Languages "none";
		Acquire::Retries "2";
		Acquire::http::Timeout "30";
		Acquire::https::Timeout "30";
		Dir::State "$root/state";
		Dir::State::lists "$root/state/lists";
		Dir::State::status "$root/state/status";
		Dir::Cache "$root/cache";
		Dir::Etc::main "$root/parts/none";
		Dir::Etc::parts "$root/parts";
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "$root/sources";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "$root/parts";
		EOF
	} > "$root/apt.conf.new"
	mv "$root/apt.conf.new" "$root/apt.conf"
	{
		printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\n' "$2" "$1"
		[ ! -r "$keyring" ] || printf 'Signed-By: %s\n' "$keyring"
	} > "$root/sources/mg.sources"
}

# index SUITE URI: the list of that suite's sources, fetched at most once.
index() {
	[ ! -e "$root/done" ] || return 0
	configure "$1" "$2"
	apt-get -q update >&2 || :
	: > "$root/done"
}

# versions: the package's versions made from the tarball that is wanted.
# Found by checksum, so a new packaging revision of it changes nothing here.
versions() {
	apt-cache showsrc --only-source "$package" |
	awk -v sum="$sha" '
	/^Version: / { v = $2; said = 0 }
	$1 == sum && !said { print v; said = 1 }'
}

# download VERSION: only the tarball, for the packaging that belongs to it
# is not used and may be gone while the tarball is there.
download() {
	rm -rf "$dir/get"
	mkdir -p "$dir/get"
	(cd "$dir/get" &&
	    apt-get -q source --only-source --download-only --tar-only "$package=$1" >&2) || :
	for f in "$dir/get"/*.orig.tar.*; do
		[ -f "$f" ] || continue
		[ "$(sha256sum < "$f" | cut -d' ' -f1)" = "$sha" ] || continue
		mv "$f" "$dest"
		return 0
	done
	return 1
}

if [ $# -ne 5 ]; then
	echo 'usage: fetch-source.sh PACKAGE SHA256 "SUITE ..." DIR DEST' >&2
	exit 2
fi
package=$1 sha=$2 suites=$3 dest=$5
mkdir -p "$4"
dir=$(cd "$4" && pwd)
for tool in apt-get apt-cache apt-config; do
	command -v "$tool" > /dev/null || { echo "fetch-source: $tool: not here" >&2; exit 1; }
done
uris=$(mirrors)
for suite in $suites; do
	n=0
	for uri in $uris; do
		n=$((n + 1))
		root=$dir/$suite-$n
		export APT_CONFIG="$root/apt.conf"
		index "$suite" "$uri"
		for version in $(versions); do
			download "$version" && exit 0
		done
	done
done
exit 1
