#!/usr/bin/env bats
# schema.bats - one table of types: the C table, the JSON Schema and mg-chunk(5) say the same.
# SPDX-License-Identifier: MIT

setup() {
	PATH="${MG_BUILD:-$BATS_TEST_DIRNAME/../build}:$PATH"
	SCHEMA="$BATS_TEST_DIRNAME/../share/schema/chunk.schema.json"
	PAGE="$BATS_TEST_DIRNAME/../man/mg-chunk.5"
	cd "$BATS_TEST_TMPDIR" || exit 1
	mg-chunk check --types | LC_ALL=C sort >table
}

# The examples of the page, one a line: its type, a tab, the chunk.
examples() {
	awk '/^\.\\" example: / { type = $3 } /^\.Bd -literal/ { open = type != "" }
	    /^\.Ed/ { open = 0; type = "" } open && /^\{/ { gsub(/\\e/, "\\"); print type "\t" $0 }' "$PAGE"
}

@test "schema: the JSON Schema has the types, members, kinds and required ones of the table" {
	jq -r '
	def kinds($s): (if has("$ref") then $s["$defs"][.["$ref"] | ltrimstr("#/$defs/")] else . end) |
		.type // "any" | if type == "array" then sort | join("|") else . end;
	. as $s |
	def rows($name): . as $d | (.properties // {}) as $p | if $p == {} then [$name, "", "", ""] else
		$p | to_entries[] | .key as $k | [$name, $k, (.value | kinds($s)),
		(if $d.required // [] | index($k) then "required" else "optional" end)] end;
	(rows("*")),
	(.allOf[] | .if.properties.type.const as $t | .then["$ref"] | ltrimstr("#/$defs/") | . as $n | $s["$defs"][$n] | rows($t)) |
	@tsv' "$SCHEMA" | LC_ALL=C sort >schema
	awk -F'\t' -v OFS='\t' '{ n = split($3, k, "|"); for (i = 1; i < n; i++) for (j = i + 1; j <= n; j++)
	    if (k[j] < k[i]) { t = k[i]; k[i] = k[j]; k[j] = t } $3 = k[1];
	    for (i = 2; i <= n; i++) $3 = $3 "|" k[i]; print }' table | LC_ALL=C sort >sorted
	[ "$(wc -l <schema)" -gt 60 ]
	diff -u sorted schema
}

@test "schema: every definition of a type is used, and every reference leads somewhere" {
	jq -e '[.. | objects | .["$ref"]? // empty] as $refs | (.["$defs"] | keys | map("#/$defs/" + .)) as $defs |
	    ($refs - $defs == []) and ($defs - $refs == [])' "$SCHEMA"
}

@test "schema: the page has the types, members, kinds and required ones of the table" {
	awk -v OFS='\t' '/^\.Sh/ { type = "" } /^\.Ss Any chunk/ { type = "*"; next }
	    /^\.Ss [a-z_]+$/ { if (type != "" && !n) print type, "", "", ""; type = $2; n = 0; next }
	    type != "" && /^\.It Va [a-z_0-9]+ Ta / { n++; print type, $3, $5, $7 }' "$PAGE" | LC_ALL=C sort >page
	grep -q '^\*	type	string	required$' page
	# done, the last one, has no members and is followed by a section
	printf 'done\t\t\t\n' | LC_ALL=C sort - page >all
	grep -q '^\.Ss done$' "$PAGE"
	diff -u table all
}

@test "schema: the page has an example of every type, and each is a good chunk of it" {
	examples >found
	cut -f 1 table | grep -v '^\*' | sort -u >types
	cut -f 1 found | sort -u | diff -u types -
	while IFS='	' read -r type line; do
		printf '%s\n' "$line" >chunk
		mg-chunk check chunk
		[ "$(jq -r .type chunk)" = "$type" ]
	done <found
}

@test "schema: the examples are canonical: head first, compact" {
	examples | cut -f 2- >found
	jq -c . found | diff -u - found
	[ -z "$(grep -v '^{"type":"[a-z_]*","source":"[^"]*"' found)" ]
	[ -z "$(grep '"to":' found | grep -v '^{"type":"[a-z_]*","source":"[^"]*","to":')" ]
}

@test "schema: a chunk without one of its required members, or with one of another kind, is refused" {
	examples | cut -f 2- >found
	# for each member of the table: what the report must say, a tab, a bad chunk
	jq -Rrn --slurpfile found found '
	inputs | split("\t") | select(.[0] != "*" and .[1] != "") | . as [$type, $member, $kinds, $need] |
	first($found[] | select(.type == $type)) as $good |
	(if $need == "required" then [$member + " is missing", ($good | del(.[$member]))] else empty end),
	(if $kinds == "any" then empty else
		("text", 1.5, true, null, {}, []) as $v | ($kinds | split("|")) as $k |
		select($k | index($v | type) | not) | [$member, ($good | .[$member] = $v)] end) |
	.[0] + "\t" + (.[1] | tojson)' table >cases
	[ "$(wc -l <cases)" -gt 200 ]
	cut -f 2- cases >bad
	run mg-chunk check bad
	[ "$status" = 3 ]
	n=0
	while IFS='	' read -r why line; do
		[[ "${lines[$n]}" == "mg-chunk: bad: line $((n + 1)): column "*"$why"* ]] ||
		    { echo "$line: ${lines[$n]}"; false; }
		n=$((n + 1))
	done <cases
}

@test "schema: unknown types and unknown members pass" {
	cat >good <<'END'
{"type":"weather","source":"a","sky":"blue"}
{"type":"content","source":"a","content":"x","colour":{"r":1}}
{"type":"content","source":"a","content":[{"type":"hologram","depth":3},{"type":"text","text":"x","lang":"en"}]}
END
	mg-chunk check good
}

@test "schema: parts keep their rules" {
	while IFS= read -r content; do
		printf '{"type":"content","source":"a","content":[%s]}\n' "$content" >bad
		run mg-chunk check bad
		[ "$status" = 3 ] || { echo "accepted: $content"; false; }
		[[ "${lines[0]}" == *"column 42: "*part* ]] || { echo "$content: $output"; false; }
	done <<'END'
"text"
{}
{"type":7}
{"type":""}
{"type":"text"}
{"type":"text","text":3}
{"type":"image","data":"AA=="}
{"type":"image","mime":"image/png"}
{"type":"audio","mime":"audio/wav","data":"AA==","url":"https://example.org/a.wav"}
{"type":"text","text":"good"},{"type":"file","mime":"text/plain"}
END
	for part in '{"type":"image","mime":"image/png","url":"https://example.org/a.png"}' \
	    '{"type":"video","mime":"video/mp4","blob":"sha256-00","bytes":7,"name":"a.mp4"}' \
	    '{"type":"file","mime":"application/pdf","data":""}'; do
		printf '{"type":"final","source":"a","content":[%s]}\n' "$part" >good
		mg-chunk check good
	done
}

@test "schema: lists of words, tools and messages keep theirs" {
	cat >bad <<'END'
{"type":"agent","source":"a","backend":{},"launcher":["ssh",1]}
{"type":"agent","source":"a","backend":{},"tools":[{}]}
{"type":"tools","source":"a","tools":["now"]}
{"type":"tools","source":"a","tools":[{"description":"nameless"}]}
{"type":"ask","source":"f","to":"a","turn":"1","content":["hello"]}
{"type":"ask","source":"f","to":"a","turn":"1","content":[{"role":"user"}]}
{"type":"ask","source":"f","to":"a","turn":"1","content":[{"role":"user","content":[{"type":"text"}]}]}
END
	run mg-chunk check bad
	[ "$status" = 3 ]
	[ "$(grep -c ': line [1-7]: column [0-9]*: ' <<<"$output")" = 7 ]
}
