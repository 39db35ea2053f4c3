# Starts and stops mg-testd in bats tests: load server/testd
# SPDX-License-Identifier: MIT
#
# MG_TESTD names the program.  The server ends with the shell that started it,
# since its standard input is that shell's pipe.

# testd_start [OPTION...] <SCRIPT   sets TESTD_URL and TESTD_LOG.
# One server at a time; the script may name files of recorded/.
testd_start() {
	local here=${BASH_SOURCE[0]%/*}
	TESTD_LOG=$BATS_TEST_TMPDIR/requests.ndjson
	cat >"$BATS_TEST_TMPDIR/testd.script"
	coproc TESTD { exec "$MG_TESTD" -d "$here/recorded" -l "$TESTD_LOG" "$@" \
		"$BATS_TEST_TMPDIR/testd.script" 3>&-; }
	TESTD_RUNS=$TESTD_PID
	# unset when the server ends at once: its own message says why
	read -r TESTD_URL <&"${TESTD[0]}"
}

testd_stop() {
	[ -n "${TESTD_RUNS-}" ] || return 0
	kill "$TESTD_RUNS" 2>/dev/null || :
	wait "$TESTD_RUNS" 2>/dev/null || :
	TESTD_RUNS=
}

# testd_log [JQ OPTION...] PROGRAM   over the requests so far, as one array
testd_log() {
	jq -s "$@" "$TESTD_LOG"
}
