#!/bin/sh
# dist.sh - the static programs as one archive, the same bytes wherever it is made.
# SPDX-License-Identifier: MIT
# usage: dist.sh BUILD VERSION stage|tar|deb
#   stage  fills BUILD/dist/mg-VERSION-linux-ARCH    tar  packs it    deb  a Debian package of the same tree
set -eu
LC_ALL=C
export LC_ALL
umask 022
build=$1 version=$2 what=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
arch=$(uname -m)
name=mg-$version-linux-$arch
dist=$build/dist
stage=$dist/$name
libs=$build/static/libs
# when the sources were made, not when this ran
: "${SOURCE_DATE_EPOCH:=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 1764000000)}"
tab=$(printf '\t')

# put MODE FROM TO: one file of the stage
put() {
	mkdir -p "$stage/${3%/*}"
	install -m "$1" "$2" "$stage/$3"
}

# an SPDX 2.3 document of what is linked; rows: name, version, sha256, licence, file
sbom() {
	created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
	cat <<TEXT
{
  "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
  "name": "$name", "documentNamespace": "urn:mg:$name:$(cut -f3 "$libs/linked.tsv" | sha256sum | cut -c1-16)",
  "creationInfo": { "created": "$created", "creators": [ "Tool: share/build/dist.sh" ] },
  "packages": [
    { "SPDXID": "SPDXRef-mg", "name": "mg", "versionInfo": "$version", "licenseDeclared": "MIT", "licenseConcluded": "MIT",
      "copyrightText": "NOASSERTION", "downloadLocation": "NOASSERTION", "filesAnalyzed": false }
TEXT
	awk -F "$tab" '{
		sum = length($3) == 64 ? sprintf("\n      \"checksums\": [ { \"algorithm\": \"SHA256\", \"checksumValue\": \"%s\" } ],", $3) : ""
		licence = $4; if (licence !~ /^[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*$/ || licence ~ /dtoa/) licence = "NOASSERTION"
		printf "    , { \"SPDXID\": \"SPDXRef-%s\", \"name\": \"%s\", \"versionInfo\": \"%s\", \"licenseDeclared\": \"%s\", \"licenseConcluded\": \"NOASSERTION\",%s\n", $1, $1, $2, licence, sum
		printf "      \"sourceInfo\": \"linked statically; the checksum is of %s\",\n", $5
		printf "      \"copyrightText\": \"NOASSERTION\", \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false }\n" }' "$libs/linked.tsv"
	printf '  ],\n  "relationships": [\n    { "spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-mg" }\n'
	awk -F "$tab" '{ printf "    , { \"spdxElementId\": \"SPDXRef-mg\", \"relationshipType\": \"STATIC_LINK\", \"relatedSpdxElement\": \"SPDXRef-%s\" }\n", $1 }' "$libs/linked.tsv"
	printf '  ]\n}\n'
}

fill() {
	rm -rf "$stage"
	for p in "$build"/static/mg-*; do put 755 "$p" "bin/${p##*/}"; done
	for m in "$root"/man/*.[157]; do put 644 "$m" "share/man/man${m##*.}/${m##*/}"; done
	for p in "$build"/static/mg-*; do
		c=${p##*/}
		put 644 "$build/completions/$c.bash" "share/bash-completion/completions/$c"
		put 644 "$build/completions/_$c" "share/zsh/site-functions/_$c"
		put 644 "$build/completions/$c.fish" "share/fish/vendor_completions.d/$c.fish"
	done
	for f in "$root"/share/examples/*; do put 644 "$f" "share/doc/mg/examples/${f##*/}"; done
	put 644 "$root/LICENSE" share/doc/mg/LICENSE
	put 644 "$root/README.md" share/doc/mg/README.md
	cut -f1 "$libs/linked.tsv" | while read -r f; do
		[ ! -e "$libs/licences/$f" ] || put 644 "$libs/licences/$f" "share/doc/mg/licences/$f"
	done
	sbom >"$dist/sbom.tmp"
	put 644 "$dist/sbom.tmp" share/doc/mg/sbom.spdx.json
	rm -f "$dist/sbom.tmp"
	install -m 755 "$root/share/build/install.sh" "$stage/install.sh"
}

# pack: owner, order, times and compression say nothing of where this was made
pack() {
	tar -C "$dist" --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw \
	    --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" | gzip -n -9 >"$dist/$name.tar.gz"
	(cd "$dist" && sha256sum "$name.tar.gz" >SHA256SUMS)
	echo "$dist/$name.tar.gz"
}

deb() {
	tree=$dist/deb
	case $arch in x86_64) darch=amd64 ;; aarch64) darch=arm64 ;; *) darch=$(dpkg --print-architecture) ;; esac
	rm -rf "$tree"
	mkdir -p "$tree/usr" "$tree/DEBIAN"
	cp -R "$stage/bin" "$stage/share" "$tree/usr/"
	mkdir -p "$tree/usr/share/zsh/vendor-completions" "$tree/usr/share/lintian/overrides"
	mv "$tree/usr/share/zsh/site-functions"/* "$tree/usr/share/zsh/vendor-completions/"
	rmdir "$tree/usr/share/zsh/site-functions"
	find "$tree/usr/share/man" -type f -exec gzip -n -9 {} +
	rm "$tree/usr/share/doc/mg/LICENSE"
	{
		printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: 2026 The mg authors\nLicense: MIT\n'
		sed -n '/^Permission/,$p' "$root/LICENSE" | sed 's/^$/./; s/^/ /'
		printf '\nComment: the licences of the libraries that are linked in stand in /usr/share/doc/mg/licences\n'
	} >"$tree/usr/share/doc/mg/copyright"
	printf 'mg (%s) unstable; urgency=medium\n\n  * Release %s.\n\n -- The mg authors <packages@mg.invalid>  %s\n' "$version" "$version" \
	    "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -n -9 >"$tree/usr/share/doc/mg/changelog.gz"
	printf '# one file each that runs anywhere is what this package is for\nmg: statically-linked-binary\n# the libraries that are linked in are named in sbom.spdx.json\nmg: embedded-library\n# their licences must travel along\nmg: extra-license-file\n' \
	    >"$tree/usr/share/lintian/overrides/mg"
	size=$(du -sk "$tree/usr" | cut -f1)
	printf 'Package: mg\nVersion: %s\nArchitecture: %s\nMaintainer: The mg authors <packages@mg.invalid>\nInstalled-Size: %s\nSection: utils\nPriority: optional\nDescription: %s\n %s\n %s\n' \
	    "$version" "$darch" "$size" "several language-model agents on one question" \
	    "Small commands that let several agents answer the same question, see each" \
	    "other's answers, vote, and have the winner present the final answer." >"$tree/DEBIAN/control"
	(cd "$tree" && find usr -type f | sort | xargs md5sum >DEBIAN/md5sums)
	SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH dpkg-deb --root-owner-group --build "$tree" "$dist/mg_${version}_$darch.deb" >/dev/null
	rm -rf "$tree"
	echo "$dist/mg_${version}_$darch.deb"
}

export SOURCE_DATE_EPOCH
mkdir -p "$dist"
case $what in
stage) fill ;;
tar) fill && pack ;;
deb) fill && deb ;;
*) echo "dist.sh: $what: stage, tar or deb" >&2; exit 2 ;;
esac
