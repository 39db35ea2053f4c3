# tls.bats - whom an https address must convince.
setup() {
	load run-env
	unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out cert -days 2 \
	    -subj /CN=test -addext subjectAltName=IP:127.0.0.1 2>/dev/null
	# talks TLS and says nothing after it: who is convinced waits for the first byte
	coproc TLS { exec openssl s_server -accept 127.0.0.1:0 -cert cert -key key 2>&1 3>&-; }
	SERVER=$TLS_PID
	while read -r word <&"${TLS[0]}"; do
		case $word in ACCEPT*:*) PORT=${word##*:}; break ;; esac
	done
	{ jq -cn --arg u "https://127.0.0.1:$PORT/v1" '{type:"agent",source:"a",backend:{type:"chatcompletion",model:"m",base_url:$u}}'; task t; } >q
	export OPENAI_API_KEY=k
}
teardown() { kill "$SERVER"; }

# the code of the one error that the agent writes
code() { mg-agent --tries 1 --first-byte-timeout 0.3 <q 2>err | jq -r 'select(.type=="error") | .code'; }

@test "a certificate that nobody vouches for is refused" {
	[ "$(code)" = protocol ]
	grep -qi certificate err
}

@test "SSL_CERT_FILE, CURL_CA_BUNDLE and SSL_CERT_DIR name who is trusted" {
	[ "$(SSL_CERT_FILE=$PWD/cert code)" = timeout ]
	[ "$(CURL_CA_BUNDLE=$PWD/cert code)" = timeout ]
	mkdir dir
	cp cert "dir/$(openssl x509 -hash -noout -in cert).0"
	[ "$(SSL_CERT_DIR=$PWD/dir code)" = timeout ]
}

@test "a certificate of another name is refused, trusted or not" {
	sed -i 's/127\.0\.0\.1/localhost/' q
	[ "$(SSL_CERT_FILE=$PWD/cert code)" = protocol ]
}
