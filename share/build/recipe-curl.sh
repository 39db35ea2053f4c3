# recipe-curl.sh - libcurl.a: HTTP and HTTPS, nothing else; read by static-libs.sh.
# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # $out, $build, $src... are static-libs.sh's

version_curl() {
	sed -n 's/^#define LIBCURL_VERSION "\(.*\)".*/\1/p' "$1/include/curl/curlver.h"
}

# Names resolve through c-ares, for glibc's resolver wants the shared libraries of
# the machine it runs on.  No built-in CA path: every distribution has another, the
# program looks.  OpenSSL's configuration file is not read: it may name modules.
curl_options() {
	cat <<-EOF
	--disable-shared --enable-static --without-pic
	--disable-dependency-tracking --enable-silent-rules --disable-option-checking
	--enable-http --enable-proxy --enable-ipv6 --enable-ares --disable-threaded-resolver
	--with-openssl --with-zlib --with-brotli --with-nghttp2
	--without-ca-bundle --without-ca-path --without-ca-fallback
	--disable-openssl-auto-load-config
	--disable-ftp --disable-file --disable-ipfs --disable-ldap --disable-ldaps
	--disable-rtsp --disable-dict --disable-telnet --disable-tftp --disable-pop3
	--disable-imap --disable-smb --disable-smtp --disable-gopher --disable-mqtt
	--disable-websockets --disable-manual --disable-docs --disable-libcurl-option
	--disable-ntlm --disable-tls-srp --disable-kerberos-auth --disable-negotiate-auth
	--disable-aws --disable-httpsig --disable-doh --disable-netrc --disable-alt-svc
	--disable-hsts --disable-dnsshuffle --disable-get-easy-options --disable-form-api
	--disable-progress-meter --disable-cookies --disable-sspi --disable-ech
	--disable-ssls-export --disable-httpsrr --disable-versioned-symbols
	--disable-ca-native --disable-proxy-http3
	--without-libpsl --without-libidn2 --without-zstd --without-libgsasl
	--without-libssh2 --without-libssh --without-librtmp --without-gssapi
	--without-ngtcp2 --without-nghttp3 --without-quiche --without-openssl-quic
	--without-gnutls --without-libuv --without-zsh-functions-dir
	--without-fish-functions-dir
	EOF
}

build_curl() {
	mkdir -p "$build/curl"
	cd "$build/curl" || return 1
	# A static program loads no engine and asks for no passphrase.
	no='-DOPENSSL_NO_ENGINE -DOPENSSL_NO_UI_CONSOLE'
	# shellcheck disable=SC2046 # words are what is wanted
	"$src/configure" $(curl_options) CC="$CC" AR="$AR" CPPFLAGS="$cppflags $no" \
	    CFLAGS="$cflags -ffile-prefix-map=$src/=curl/ -ffile-prefix-map=$build/curl/=curl/"
	make -j "$JOBS" -C lib libcurl.la
	cp lib/.libs/libcurl.a "$out/lib/libcurl.a.new"
	mv "$out/lib/libcurl.a.new" "$out/lib/libcurl.a"
}

recipe_curl() {
	source_of curl CURL_SRC
	run curl build_curl
	mkdir -p "$out/include/curl"
	cp "$src"/include/curl/*.h "$out/include/curl/"
	cp "$src/COPYING" "$out/licences/curl"
	flags curl
}
