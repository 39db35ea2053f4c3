# static.mk - every program without one shared library: build/static/.  See README.md.
S        := $B/static
SL       := $S/libs
SPROGS   := $(CMDS:%=$S/%)
SLIBOBJ  := $(LIBSRC:%.c=$S/obj/%.o) $S/obj/share.o $S/obj/share-words.o

# what each program calls beyond libc; the linker drops the rest
SLINK_mg-agent = $(file <$(SL)/link-curl.flags) $(file <$(SL)/link-jq.flags)
SLINK_mg-run   = -lyaml $(file <$(SL)/link-jq.flags)
SLINK_default  = $(file <$(SL)/link-jq.flags)

.PHONY: static deps-static
deps-static:
	@sh share/build/deps.sh install $(DEBS_BUILD) $$(sh share/build/static-libs.sh --packages)

# the libraries are built once: their own stamps say when nothing is to be done
static:
	@[ -e $(SL)/versions.tsv ] || $(MAKE) --no-print-directory deps-static
	@mkdir -p $(SL) && sh share/build/static-libs.sh $(abspath $(SL))
	@$(MAKE) --no-print-directory $(SPROGS)
	@ln -sfn ../tests $S/tests	# the tests' own programs are not ours to ship

# --version -v names each: the rows of versions.tsv as one text
LINKED = $(shell awk -F '\t' '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $$1, $$2 }' $(SL)/linked.tsv)
$S/obj/lib/rt/opt.o: CPPFLAGS += -DMG_LINKED='"$(LINKED)"'
$(SL)/linked.tsv: $(SL)/versions.tsv share/build/linked.sh
	sh share/build/linked.sh $(SL) >$@
$S/obj/lib/rt/opt.o: $(SL)/linked.tsv

$S/obj/%.o: %.c $(SL)/versions.tsv
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -iquote lib -iquote cmd $(WARN) $(WERROR) $(CPPFLAGS) -ffile-prefix-map=$(CURDIR)=. \
	    $(patsubst -I%,-isystem %,$(file <$(SL)/compile.flags)) -MMD -MP -c -o $@ $<
$S/obj/share%o: $B/share%c $(SL)/versions.tsv
	@mkdir -p $(@D)
	$(CC) -std=c11 -iquote lib $(patsubst -I%,-isystem %,$(file <$(SL)/compile.flags)) -ffile-prefix-map=$(abspath $B)=. -c -o $@ $<
$S/libmg.a: $(SLIBOBJ)
	rm -f $@ && $(AR) rcsD $@ $^

define STATIC_PROGRAM
$S/$1: $S/obj/cmd/$1.o $$(patsubst %.c,$S/obj/%.o,$$(sort $$(wildcard cmd/$1/*.c))) $S/libmg.a
	$$(CC) $$(file <$(SL)/link-base.flags) -s -o $$@ $$^ $$(or $$(SLINK_$1),$$(SLINK_default))
endef
$(foreach c,$(CMDS),$(eval $(call STATIC_PROGRAM,$(c))))
-include $(wildcard $S/obj/*/*/*.d $S/obj/cmd/*.d)

# what is handed on: BUILD/dist
VERSION := $(shell sed -n 's/^.define MG_VERSION[^"]*"\(.*\)"/\1/p' lib/rt/opt.h)
.PHONY: dist deb
dist: all static
	@sh share/build/dist.sh $(abspath $B) $(VERSION) tar
deb: all static
	@sh share/build/dist.sh $(abspath $B) $(VERSION) deb
