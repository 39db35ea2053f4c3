# model.bash - calls of a model on the loopback server: load server/testd; load model
# SPDX-License-Identifier: MIT

DRIVE=$MG_BUILD/tests/drive-call

model_setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	unset MG_SHARE XDG_CONFIG_HOME http_proxy HTTP_PROXY all_proxy ALL_PROXY
	export HOME=$BATS_TEST_TMPDIR
}

# backend MODEL [MEMBERS]: the backend of a model on the server; MEMBERS as in '"top_k":3'
backend() {
	printf '{"type":"%s","model":"%s","base_url":"%s/v1"%s}' "${TYPE-vllm}" "$1" "$TESTD_URL" "${2:+,$2}"
}

# ask MODEL [driver option...]: the call's lines in ./said, its last object in ./reply
ask() {
	local model=$1
	shift
	"$DRIVE" -b "$(backend "$model")" "$@" >said || return
	tail -n 1 said >reply
}

# reply PROGRAM: a jq program over the reply that must be true
reply() {
	jq -e "$1" reply >/dev/null || { printf 'not so: %s\n' "$1"; cat said; return 1; }
}
