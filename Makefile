# mg - see README.md.  GNU make.  B names the build folder, SANITIZE=1 adds ASan and UBSan.
B         ?= build
unexport B
PREFIX    ?= /usr/local
DESTDIR   ?=
CC        ?= cc
CFLAGS    ?= -O2 -g
SANITIZE  ?=
STATIC    ?=
BATS_JOBS ?= 2

WARN   := -Wno-unknown-warning-option -Wno-format-truncation -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
HARDEN := -fstack-protector-strong -fno-plt
ifneq ($(SANITIZE),)
override B := $(B)/sanitize
CFLAGS := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer
HARDEN :=
endif
ALLFLAGS = -std=c11 -D_GNU_SOURCE -iquote lib -iquote cmd $(WARN) $(WERROR) $(HARDEN) $(CPPFLAGS) $(CFLAGS)

CMDS    := $(patsubst cmd/%.c,%,$(sort $(wildcard cmd/mg-*.c)))
LIBSRC  := $(sort $(wildcard lib/*/*.c))
LIBOBJ  := $(LIBSRC:%.c=$B/obj/%.o) $B/obj/share.o $B/obj/share-words.o
SUBOBJ  := $(patsubst %.c,$B/obj/%.o,$(sort $(wildcard cmd/*/*.c)))
SHARED  := $(sort $(wildcard share/*.json share/providers/* share/prompts/* share/schema/* share/autonomy/* share/examples/*))
TESTD   := $(patsubst %.c,$B/obj/%.o,$(sort $(wildcard tests/server/*.c)))
PROGS   := $(CMDS:%=$B/%)
COMPLETIONS := $(foreach c,$(CMDS),$B/completions/$(c).bash $B/completions/_$(c) $B/completions/$(c).fish)
FUZZ        := $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))
FUZZ_TIME   ?= 20

LIBS_mg-agent := -lcurl -ljq -lm
LIBS_mg-run   := -lyaml -ljq -lm
LIBS_default  := -ljq -lm

DEBS_BUILD := make gcc libc6-dev libjq-dev libcurl4-openssl-dev libyaml-dev zlib1g-dev
DEBS_TEST  := bats jq curl procps mandoc strace openssl $(if $(STATIC),busybox-static binutils)
DEBS_LINT  := cppcheck shellcheck clang clang-tidy libclang-rt-dev

.PHONY: words completions all lib demo check lint bench fuzz deps deps-check install uninstall clean test-programs
all: $(PROGS) $(if $(wildcard share/build/complete.sh),completions)

define PROGRAM
$B/$1: $B/obj/cmd/$1.o $$(patsubst %.c,$B/obj/%.o,$$(sort $$(wildcard cmd/$1/*.c))) $B/libmg.a
	$$(CC) $$(CFLAGS) -Wl,--as-needed $$(LDFLAGS) -o $$@ $$^ $$(or $$(LIBS_$1),$$(LIBS_default))
endef
$(foreach c,$(CMDS),$(eval $(call PROGRAM,$(c))))

lib: $B/libmg.a
$B/libmg.a: $(LIBOBJ)
	rm -f $@ && $(AR) rcs $@ $^
$B/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) -MMD -MP -c -o $@ $<
# the texts that travel inside the programs; the detector's only in those that ask for them
$B/share.c: $(SHARED) share/build/embed.sh Makefile
	@mkdir -p $(@D)
	sh share/build/embed.sh mg_shares $(filter-out share/autonomy/%,$(SHARED)) >$@.tmp && mv $@.tmp $@
$B/share-words.c: $(SHARED) share/build/embed.sh Makefile
	@mkdir -p $(@D)
	sh share/build/embed.sh mg_share_words $(filter share/autonomy/%,$(SHARED)) >$@.tmp && mv $@.tmp $@
$B/obj/share%o: $B/share%c
	@mkdir -p $(@D)
	$(CC) -std=c11 -iquote lib $(CFLAGS) -c -o $@ $<

# what the detector knows of words, learnt anew from the labelled texts (two minutes)
words: $B/tests/asks-learn
	$B/tests/asks-learn -o share/autonomy share/autonomy/[a-z][a-z] -- tests/asks/learn/*.txt
-include $(LIBOBJ:.o=.d) $(SUBOBJ:.o=.d) $(CMDS:%=$B/obj/cmd/%.d) $(TESTD:.o=.d)

$B/tests/mg-testd: $(TESTD)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ -ljq -lz -lm
$B/tests/%: tests/%.c $B/libmg.a
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) -Wl,--as-needed -o $@ $< $B/libmg.a -lcurl -lyaml -ljq -lm
test-programs: $B/tests/mg-testd $(patsubst tests/%.c,$B/tests/%,$(wildcard tests/*.c tests/bench/*.c))

demo: deps all
	@sh share/examples/demo.sh $B $(N)

# STATIC=1: the same tests on the programs of build/static
check: deps-check all test-programs $(if $(STATIC),static)
	MG_BUILD=$(abspath $B)$(if $(STATIC),/static) MG_TESTD=$(abspath $B)/tests/mg-testd SANITIZE=$(SANITIZE) sh tests/run.sh

include share/build/packages.mk
include share/build/static.mk

# made from the option tables
completions: $(COMPLETIONS)
$B/completions/%.bash: $B/% share/build/complete.sh
	@mkdir -p $(@D)
	sh share/build/complete.sh bash $(abspath $<) >$@
$B/completions/_%: $B/% share/build/complete.sh
	@mkdir -p $(@D)
	sh share/build/complete.sh zsh $(abspath $<) >$@
$B/completions/%.fish: $B/% share/build/complete.sh
	@mkdir -p $(@D)
	sh share/build/complete.sh fish $(abspath $<) >$@

bench: deps-check all test-programs $(if $(STATIC),static)
	MG_TESTD=$(abspath $B)/tests/mg-testd sh tests/bench/bench.sh $(abspath $B)$(if $(STATIC),/static)

# each target for FUZZ_TIME seconds
fuzz: deps-lint $B/share.c $B/share-words.c
	@mkdir -p $B/fuzz
	for f in $(FUZZ:$B/fuzz/%=%); do \
		clang -std=c11 -D_GNU_SOURCE -iquote lib -g -O1 -fsanitize=fuzzer,address,undefined -o $B/fuzz/$$f \
		    tests/fuzz/$$f.c $(LIBSRC) $B/share.c $B/share-words.c -lyaml -ljq -lcurl -lm || exit 1; \
		$B/fuzz/$$f -max_total_time=$(FUZZ_TIME) -close_fd_mask=3 || exit 1; done

lint: all
	@for h in lib/*/*.h; do $(CC) $(ALLFLAGS) -Wno-pedantic -fsyntax-only -x c $$h || exit 1; done
	cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem -Ilib -D__linux__ cmd lib
	shellcheck -s sh share/build/*.sh share/examples/*.sh tests/run.sh .ci/run
	for m in man/*.[157]; do mandoc -Tlint -W warning $$m || exit 1; done

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/mg
	install -m 755 $(PROGS) $(DESTDIR)$(PREFIX)/bin
	for m in man/*.[157]; do s=$${m##*.}; install -d $(DESTDIR)$(PREFIX)/share/man/man$$s && \
	    install -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$$s || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	    $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	for c in $(CMDS); do \
	    install -m 644 $B/completions/$$c.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$c && \
	    install -m 644 $B/completions/_$$c $(DESTDIR)$(PREFIX)/share/zsh/site-functions && \
	    install -m 644 $B/completions/$$c.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d || exit 1; done
	for f in $(SHARED:share/%=%); do install -d $(DESTDIR)$(PREFIX)/share/mg/$$(dirname $$f) && \
	    install -m 644 share/$$f $(DESTDIR)$(PREFIX)/share/mg/$$f || exit 1; done
uninstall:
	cd $(DESTDIR)$(PREFIX)/bin && rm -f $(CMDS)
	rm -rf $(DESTDIR)$(PREFIX)/share/mg
	for c in $(CMDS); do rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$c \
	    $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$c $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$c.fish; done
	for m in man/*.[157]; do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done
clean:
	rm -rf $B
