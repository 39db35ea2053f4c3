# pages.bats - pages, --help, option tables and completions say the same.
setup() { load run-env; ROOT=$BATS_TEST_DIRNAME/..; }

# letter and name of each option of a page, as --dump-options has them
page_options() {
	sed -n -e 's/^\.It Fl \([a-zA-Z]\).* Fl -\([a-z][a-z-]*\).*/\1 \2/p' -e 's/^\.It Fl -\([a-z][a-z-]*\).*/ \1/p' "$1" | sort
}

@test "every page lists exactly the options that its program has" {
	for p in mg-agent mg-vote mg-final mg-run; do
		mg=$MG_BUILD/$p
		"$mg" --dump-options | awk -F '\t' '$2 != "help" && $2 != "version" { print $1 " " $2 }' | sort >have
		page_options "$ROOT/man/$p.1" | grep -v -E '^ (help|version)$' >page
		diff -u have page
	done
}

@test "--help shows every option of the table; --version names the program" {
	for p in mg-agent mg-vote mg-final mg-run; do
		run -0 "$MG_BUILD/$p" --help
		for name in $("$MG_BUILD/$p" --dump-options | cut -f 2); do
			[[ $output == *"--$name"* ]]
		done
		run -0 "$MG_BUILD/$p" --version
		[[ $output == "$p "[0-9]* ]]
	done
}

@test "every page is clean" {
	for m in "$ROOT"/man/*.[157]; do
		mandoc -Tlint -W warning "$m"
	done
}

@test "completions are made from the tables and hold every option" {
	for p in mg-agent mg-vote mg-final mg-run; do
		for sh in bash zsh fish; do sh "$ROOT/share/build/complete.sh" $sh "$MG_BUILD/$p" >c.$sh; done
		bash -n c.bash
		for name in $("$MG_BUILD/$p" --dump-options | cut -f 2); do
			grep -q -e "--$name" c.bash
			grep -q -e "--$name" c.zsh
			grep -q -e "-l $name" c.fish
		done
	done
	sh "$ROOT/share/build/complete.sh" bash "$MG_BUILD/mg-chunk" >c.bash
	bash -n c.bash
	COMP_WORDS=(mg-chunk select --ta) COMP_CWORD=2
	. ./c.bash
	_mg_chunk
	[ "${COMPREPLY[*]}" = --tab ]
	run -2 sh "$ROOT/share/build/complete.sh" tcsh "$MG_BUILD/mg-vote"
}
