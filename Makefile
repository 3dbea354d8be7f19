# sangam: make | make check | make demo | make install PREFIX=/usr/local | make help
# A folder stages/X with a main.c is a binary: sangam-X, and `sangam` for stages/conduct.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
SAN      ?=
BUILD    ?= build$(if $(SAN),-$(SAN))
CC       ?= gcc
AR       ?= ar
PKG_CONFIG ?= pkg-config
PKGS     := icu-uc icu-i18n libzstd zlib libxxhash libarchive yaml-0.1

DEBIAN   := gcc make pkg-config libicu-dev libzstd-dev zlib1g-dev libxxhash-dev libarchive-dev libyaml-dev zstd zip
DEBIAN_CROSS := gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static $(addsuffix :arm64,libc6-dev libicu-dev libzstd-dev zlib1g-dev libxxhash-dev libarchive-dev libyaml-dev libcmocka-dev libjansson-dev)
DEBIAN_CHECK := libcmocka-dev libjansson-dev bats zip jq xz-utils bzip2 fasttext python3 python3-zstandard unicode-data man-db procps bsdutils

# ARCH=aarch64 on another machine: Debian's cross compiler and its arm64 libraries, in a build folder of its own.
NATIVE := $(BUILD)
HOST   := $(shell uname -m)
CROSS  := $(filter-out $(HOST),$(filter aarch64,$(ARCH)))
ifneq ($(CROSS),)
  ifneq ($(filter check demo soak bench fuzz model install,$(MAKECMDGOALS)),)
    $(error ARCH=aarch64 goes with: all tests deps check-cross)
  endif
  override BUILD := $(NATIVE)-aarch64
  CC := aarch64-linux-gnu-gcc
  AR := aarch64-linux-gnu-ar
  PKG_CONFIG := PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig pkg-config
endif

OPT      := -O2 -g
SAN_asan := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_fuzz := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SAN_tsan := -fsanitize=thread -fno-omit-frame-pointer
HARDEN   := $(if $(SAN),,-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE)
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-missing-field-initializers
WERROR   ?=
V        ?=
Q        := $(if $(V),,@)
CFLAGS   ?=
# -ffp-contract=off: floats that reach an output are the same on every CPU.
ALL_CFLAGS = -std=gnu11 $(OPT) $(WARN) $(WERROR) $(HARDEN) $(SAN_$(SAN)) -ffp-contract=off -fno-math-errno \
             -pthread -D_GNU_SOURCE -DSANGAM_VERSION='"$(VERSION)"' -Icommon $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(SAN_$(SAN)) -pthread $(if $(SAN),,-pie -Wl,-z,relro,-z,now) $(LDFLAGS)

# What can run before the libraries are there.
BARE := help deps deps-check demo check check-cross soak tables clean
ifneq ($(filter-out $(BARE),$(or $(MAKECMDGOALS),all)),)
  MISSING := $(strip $(foreach p,$(PKGS),$(shell $(PKG_CONFIG) --exists $(p) 2>/dev/null || echo $(p))))
  ifneq ($(MISSING),)
    $(error not found by pkg-config: $(MISSING). Run 'make $(if $(CROSS),ARCH=aarch64 )deps', or install these Debian packages or their like: $(if $(CROSS),$(DEBIAN_CROSS),$(DEBIAN)))
  endif
endif
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null)

STAGES   := $(patsubst stages/%/main.c,%,$(wildcard stages/*/main.c))
binary    = bin/$(if $(filter conduct,$(1)),sangam,sangam-$(1))
BINARIES := $(foreach s,$(STAGES),$(call binary,$(s)))
LIB_SRC  := $(wildcard common/*/*.c)
LIB      := $(BUILD)/libsangam.a
objects   = $(patsubst %.c,$(BUILD)/%.o,$(1))
core      = $(filter-out stages/$(1)/main.c,$(wildcard stages/$(1)/*.c))
CORES    := $(foreach s,$(STAGES),$(call core,$(s)))
CORE_LIB := $(BUILD)/libstages.a
UNIT     := $(patsubst tests/unit/%.c,unit/%,$(wildcard tests/unit/test_*.c))
BENCH    := $(patsubst tests/bench/%.c,bench/%,$(wildcard tests/bench/*.c))
FUZZ     := $(patsubst tests/fuzz/%.c,fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all install check check-cross demo deps deps-check bench fuzz clean help
.DELETE_ON_ERROR:

all: $(addprefix $(BUILD)/,$(BINARIES) $(if $(CROSS),$(BINARIES:bin/%=emulated/%)))

# Short names for single things: make bin/sangam-normalize, make unit/test_record
bin/%: $(BUILD)/bin/% ; @:
unit/%: $(BUILD)/unit/% ; @:
bench/%: $(BUILD)/bench/% ; @:
fuzz/%: $(BUILD)/fuzz/% ; @:

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo 'cc  $<'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP $(if $(filter stages/%,$<),-iquote$(dir $<)) -c -o $@ $<

# The assembler includes these files; the compiler does not tell.
$(BUILD)/stages/langtag/romanise_lines.o: configs/models/colloquial.txt
$(BUILD)/stages/langtag/embedded.o: configs/models/lid372.model

$(LIB): $(call objects,$(LIB_SRC))
	@rm -f $@ && $(AR) qcs $@ $^

$(CORE_LIB): $(call objects,$(CORES))
	@rm -f $@ && $(AR) qcs $@ $^

define binary_rule
$(BUILD)/$(call binary,$(1)): $(call objects,$(wildcard stages/$(1)/*.c)) $(LIB)
	@mkdir -p $$(@D)
	@echo 'ld  $$@'
	$$(Q)$$(CC) -o $$@ $$^ $$(ALL_LDFLAGS) $$(PKG_LIBS)
endef
$(foreach s,$(STAGES),$(eval $(call binary_rule,$(s))))

# bin/ of the cross build as programs that run here. `sangam` looks for its stages in the folder of its own file, and the
# system starts no aarch64 file: so emulated/ holds the file under another name, and a script under the program's.
$(BUILD)/emulated/%: $(BUILD)/bin/%
	@mkdir -p $(@D)
	$(Q)ln -f $< $(@D)/aarch64.$*
	$(Q)printf '#!/bin/sh\nexec qemu-aarch64-static -0 "$$0" "$${0%%/*}/aarch64.$${0##*/}" "$$@"\n' >$@ && chmod 755 $@

TEST_CFLAGS = $(ALL_CFLAGS) -Itests $(addprefix -iquote,$(wildcard stages/*/))
$(BUILD)/unit/%: tests/unit/%.c $(LIB) $(CORE_LIB)
	@mkdir -p $(@D)
	@echo 'cc  $<'
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -o $@ $< $(CORE_LIB) $(LIB) $(ALL_LDFLAGS) $(PKG_LIBS) -lcmocka -ljansson -lm

$(BUILD)/bench/%: tests/bench/%.c $(LIB) $(CORE_LIB)
	@mkdir -p $(@D)
	@echo 'cc  $<'
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -o $@ $< $(CORE_LIB) $(LIB) $(ALL_LDFLAGS) $(PKG_LIBS)

# Fuzz targets need everything instrumented by clang: `make fuzz` builds in a folder of its own with SAN=fuzz.
FUZZ_SECONDS ?= 300
$(BUILD)/fuzz/%: tests/fuzz/%.c $(LIB) $(CORE_LIB)
	@mkdir -p $(@D)
	@echo 'cc  $<'
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -o $@ $< $(CORE_LIB) $(LIB) -fsanitize=fuzzer,address,undefined -pthread $(PKG_LIBS) -ljansson

help:
	@echo 'make              build bin/ and the library into $(BUILD)/'
	@echo 'make demo         install what is missing, build, run the pipeline on the demo corpus, show the result'
	@echo 'make check        install what is missing, build, run all tests'
	@echo 'make check-cross  ARCH=aarch64 : cross build; unit and golden tests and the demo corpus emulated, same bytes as here'
	@echo 'make deps         install what is missing (apt-get; sudo when not root); ARCH=aarch64: for check-cross, arm64 libraries too'
	@echo 'make install      PREFIX=/usr/local DESTDIR= : programs, manual pages, completions, pipelines'
	@echo 'make bench        speed on a generated corpus (needs BENCH_CORPUS=folder of documents)'
	@echo 'make model        train the language model of sangam-langtag again (needs LID=folder with train/ and dev/)'
	@echo 'make fuzz         every fuzz target for FUZZ_SECONDS=300 (clang)'
	@echo 'make soak         the long runs of the tests'
	@echo 'make tables       generated tables again (needs Debian package unicode-data)'
	@echo 'SAN=asan|tsan     the same, with sanitizers, in a build folder of its own; V=1 shows commands'

# ---- what Debian has to bring ----

# A machine with arm64 libraries has some names twice: those of the other architecture count only where they are asked for.
have_packages = dpkg-query -W -f='$${db:Status-Status} $${Architecture}\n' $(1) 2>/dev/null | \
    grep -cE "^installed ($(if $(findstring :arm64,$(1)),arm64|)all|$$(dpkg --print-architecture 2>/dev/null))\$$"
define install_packages
	@if [ "$$($(call have_packages,$(1)))" = "$(words $(1))" ]; then :; \
	elif command -v apt-get >/dev/null; then \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    echo "installing with apt-get: $(1)"; \
	    $(if $(3),$$sudo $(3) && )$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; \
	elif $(PKG_CONFIG) --exists $(PKGS) 2>/dev/null && command -v $(2) >/dev/null; then \
	    echo 'no apt-get here; the libraries are there, so going on (what tests miss, they say)'; \
	else \
	    echo 'make: this machine has no apt-get; install the equivalents of these Debian packages, then run make again:' >&2; \
	    echo '  $(1)' >&2; exit 1; \
	fi
endef

deps:
	$(call install_packages,$(DEBIAN),zip)
	$(if $(CROSS),$(call install_packages,$(DEBIAN_CROSS),qemu-aarch64-static,dpkg --add-architecture arm64))

deps-check: deps
	$(call install_packages,$(DEBIAN_CHECK),bats)

# ---- the two commands of README.md ----

demo: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@tests/data/demo.sh $(BUILD)

check: deps-check
	@$(MAKE) --no-print-directory -j$$(nproc) all tests
	@$(cross_build)
	@JOBS=$(or $(JOBS),2) $(cross_folder) tests/run.sh $(BUILD) '$(TESTS)'

.PHONY: tests soak
tests: all $(addprefix $(BUILD)/,$(UNIT))

soak: deps-check
	@$(MAKE) --no-print-directory -j$$(nproc) all tests
	-@$(if $(cross_folder),$(MAKE) --no-print-directory ARCH=aarch64 deps)
	@$(cross_build)
	@SANGAM_SOAK=1 TEST_SECONDS=7200 $(cross_folder) tests/run.sh $(BUILD) '$(TESTS)'

# ---- aarch64 on another machine: the same tests in an emulator, and the same bytes ----

# What is not there is not installed by `make check`: tests/cross then says that it is skipped, and why.
cross_folder = $(if $(SAN)$(filter aarch64,$(HOST)),,CROSS=$(NATIVE)-aarch64)
cross_ready  = [ "$$($(call have_packages,$(DEBIAN_CROSS)))" = "$(words $(DEBIAN_CROSS))" ]
cross_build  = $(if $(cross_folder),if $(cross_ready); then \
                   $(MAKE) --no-print-directory -j$$(nproc) ARCH=aarch64 BUILD=$(NATIVE) all tests; else rm -rf $(NATIVE)-aarch64; fi,:)

check-cross:
ifeq ($(HOST),aarch64)
	@echo 'skipped: this machine is aarch64 itself, so make check is the check'
	@echo '0 passed, 0 failed, 1 skipped'
else
	@$(MAKE) --no-print-directory -j$$(nproc) ARCH= BUILD=$(NATIVE) all
	@$(cross_build)
	@JOBS=$(or $(JOBS),2) $(cross_folder) tests/run.sh $(NATIVE) aarch64
endif

bench: all $(addprefix $(BUILD)/,$(BENCH))
	@tests/bench/run.sh $(BUILD)

fuzz:
	@$(MAKE) --no-print-directory SAN=fuzz CC=clang fuzz-run

.PHONY: fuzz-run
fuzz-run: $(addprefix $(BUILD)/,$(FUZZ))
	@for f in $^; do \
	    mkdir -p $$f.corpus; echo "== $$f"; \
	    $$f -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=4096 -timeout=25 $$f.corpus >$$f.log 2>&1; status=$$?; \
	    tail -n 2 $$f.log; [ $$status -eq 0 ] || exit 1; \
	done

# The language model inside sangam-langtag, from its text: half an hour and 1.6 GB of memory; the same bytes every time.
LID ?= ../shared/lid
.PHONY: model
model: $(BUILD)/bin/sangam-langtag
	$< --train $(LID)/train --dev $(LID)/dev --prior configs/models/prior.txt -o configs/models/lid372.model >configs/models/lid372.scores
	cd configs/models && sha256sum lid372.model >SHA256SUMS

# ---- tables that are checked in, made again from the Unicode data and from Python's codecs ----

TABLES := $(wildcard stages/*/*_table.py)
.PHONY: tables
tables: $(TABLES)
	@for t in $^; do echo "$$t"; python3 $$t >$$t.new && mv $$t.new $${t%.py}.c || exit 1; done

# ---- install ----

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/sangam/pipelines \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	    $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(addprefix $(BUILD)/,$(BINARIES)) $(DESTDIR)$(PREFIX)/bin
	install -m 644 configs/pipelines/*.yaml $(DESTDIR)$(PREFIX)/share/sangam/pipelines
	install -d $(DESTDIR)$(PREFIX)/share/sangam/models # for langtag --extend
	install -m 644 configs/models/lid372.model $(DESTDIR)$(PREFIX)/share/sangam/models
	for b in $(notdir $(BINARIES)); do \
	    $(BUILD)/bin/$$b --generate man >$(DESTDIR)$(PREFIX)/share/man/man1/$$b.1 && \
	    $(BUILD)/bin/$$b --generate bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$b && \
	    $(BUILD)/bin/$$b --generate zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$b && \
	    $(BUILD)/bin/$$b --generate fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$b.fish || exit 1; \
	done

clean:
	rm -rf build build-asan build-tsan build-fuzz build-aarch64

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
