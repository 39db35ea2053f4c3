# static.bats - what only the static programs promise; the shared ones pass by.
setup() {
	load run-env
	ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	case $MG_BUILD in */static) ;; *) skip "the shared build" ;; esac
}

@test "static: no program needs a shared library or an interpreter" {
	for p in "$MG_BUILD"/mg-*; do
		! readelf -d "$p" | grep -q NEEDED
		! readelf -l "$p" | grep -q INTERP
		readelf -l "$p" | grep -q GNU_RELRO
		readelf -h "$p" | grep -q 'DYN'
	done
}

@test "static: the promised sizes" {
	size() { stat -c %s "$MG_BUILD/$1"; }
	[ "$(size mg-agent)" -le $((7 * 1048576)) ]
	[ "$(size mg-chunk)" -le $((5 * 524288)) ]
	for p in mg-run mg-vote mg-final; do [ "$(size $p)" -le $((2 * 1048576)) ]; done
}

@test "static: the demo in an empty root, with nothing but a shell" {
	[ "$(id -u)" = 0 ] || skip "needs chroot"
	busybox=$(command -v busybox) || skip "no busybox"
	ldd "$busybox" >/dev/null 2>&1 && skip "busybox is not static"
	mkdir -p root/bin root/tmp root/examples
	cp "$MG_BUILD"/mg-* "$busybox" root/bin
	for a in sh cat awk factor grep sed seq rm dirname env sleep cp mv tr head; do ln -s busybox root/bin/$a; done
	cp "$ROOT"/share/examples/*.sh root/examples
	run -0 env -i "$(command -v chroot)" root /bin/sh /examples/demo.sh /bin 1000
	[[ $output == *"There are 168 primes below 1000."* ]]
}

@test "static: no environment, no HOME, no passwd: everything still works" {
	{ agent a 'echo hi'; task q; } >q
	run -0 --separate-stderr env -i "$MG_BUILD/mg-run" --from q
	[ "$output" = hi ]
	for p in "$MG_BUILD"/mg-*; do env -i "$p" --version; done
}

@test "static: in an empty root an https address says what is missing, localhost and numbers are found" {
	[ "$(id -u)" = 0 ] || skip "needs chroot"
	mkdir -p root
	cp "$MG_BUILD/mg-agent" root
	try() {
		{ jq -cn --arg u "$1" '{type:"agent",source:"a",backend:{type:"vllm",model:"m",base_url:$u}}'; task t; } >q
		env -i "$(command -v chroot)" root /mg-agent --tries 1 <q 2>err | jq -r 'select(.type=="error") | .message'
	}
	[[ $(try https://127.0.0.1:1/v1) == *"no file of trusted certificates"* ]]
	[[ $(try http://localhost:1/v1) == *refused* || $(try http://localhost:1/v1) == *connect* ]]
	[[ $(try http://no.such.host.invalid:1/v1) == *no.such.host* ]]
}

@test "static: --version -v names every library and its version" {
	run -0 "$MG_BUILD/mg-run" --version -v
	[[ $output == *"jq 1."*"curl "*"openssl "*"glibc 2."* ]]
	[[ $output != *libedit* ]]
}
