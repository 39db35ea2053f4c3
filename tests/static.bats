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
