# sangam: make | make check | make demo | make install PREFIX=/usr/local | make help
# A folder stages/X with a main.c is a binary: sangam-X, and `sangam` for stages/conduct.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
SAN      ?=
BUILD    ?= build$(if $(SAN),-$(SAN))
CC       ?= gcc
AR       ?= ar
PKGS     := icu-uc icu-i18n libzstd zlib libxxhash libarchive yaml-0.1

DEBIAN   := gcc make pkg-config libicu-dev libzstd-dev zlib1g-dev libxxhash-dev libarchive-dev libyaml-dev zstd
DEBIAN_CHECK := libcmocka-dev libjansson-dev bats zip jq xz-utils bzip2 fasttext python3 python3-zstandard unicode-data man-db

OPT      := -O2 -g
SAN_asan := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_tsan := -fsanitize=thread -fno-omit-frame-pointer
HARDEN   := $(if $(SAN),,-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE)
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-missing-field-initializers
WERROR   ?=
CFLAGS   ?=
# -ffp-contract=off: floats that reach an output are the same on every CPU.
ALL_CFLAGS = -std=gnu11 $(OPT) $(WARN) $(WERROR) $(HARDEN) $(SAN_$(SAN)) -ffp-contract=off -fno-math-errno \
             -pthread -D_GNU_SOURCE -DSANGAM_VERSION='"$(VERSION)"' -Icommon $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(SAN_$(SAN)) -pthread $(if $(SAN),,-pie -Wl,-z,relro,-z,now) $(LDFLAGS)

NEEDS_PKGS := $(filter-out help deps deps-check clean demo check-deps,$(or $(MAKECMDGOALS),all))
ifneq ($(NEEDS_PKGS),)
  MISSING := $(strip $(foreach p,$(PKGS),$(shell pkg-config --exists $(p) 2>/dev/null || echo $(p))))
  ifeq ($(filter check demo,$(MAKECMDGOALS)),)
    ifneq ($(MISSING),)
      $(error not found by pkg-config: $(MISSING). Run 'make deps', or install these Debian packages or their like: $(DEBIAN))
    endif
  endif
endif
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(PKGS))

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

.PHONY: all install check demo deps deps-check bench fuzz clean help lint
.DELETE_ON_ERROR:

all: $(addprefix $(BUILD)/,$(BINARIES))

# Short names for single things: make bin/sangam-normalize, make unit/test_record
bin/%: $(BUILD)/bin/% ; @:
unit/%: $(BUILD)/unit/% ; @:
bench/%: $(BUILD)/bench/% ; @:
fuzz/%: $(BUILD)/fuzz/% ; @:

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP $(if $(filter stages/%,$<),-I$(dir $<)) -c -o $@ $<

$(LIB): $(call objects,$(LIB_SRC))
	@rm -f $@ && $(AR) rcs $@ $^

$(CORE_LIB): $(call objects,$(CORES))
	@rm -f $@ && $(AR) rcs $@ $^

define binary_rule
$(BUILD)/$(call binary,$(1)): $(call objects,$(wildcard stages/$(1)/*.c)) $(LIB)
	@mkdir -p $$(@D)
	$$(CC) -o $$@ $$^ $$(ALL_LDFLAGS) $$(PKG_LIBS)
endef
$(foreach s,$(STAGES),$(eval $(call binary_rule,$(s))))

TEST_CFLAGS = $(ALL_CFLAGS) $(addprefix -Istages/,$(notdir $(wildcard stages/*)))
$(BUILD)/unit/%: tests/unit/%.c $(LIB) $(CORE_LIB)
	@mkdir -p $(@D)
	$(CC) $(TEST_CFLAGS) -MMD -MP -o $@ $< $(CORE_LIB) $(LIB) $(ALL_LDFLAGS) $(PKG_LIBS) -lcmocka -ljansson

$(BUILD)/bench/%: tests/bench/%.c $(LIB) $(CORE_LIB)
	@mkdir -p $(@D)
	$(CC) $(TEST_CFLAGS) -MMD -MP -o $@ $< $(CORE_LIB) $(LIB) $(ALL_LDFLAGS) $(PKG_LIBS)

# Fuzz targets carry their own instrumented copy of everything (clang).
FUZZ_SECONDS ?= 300
$(BUILD)/fuzz/%: tests/fuzz/%.c $(LIB_SRC) $(CORES)
	@mkdir -p $(@D)
	clang $(filter-out -fPIE -Wvla $(SAN_$(SAN)),$(TEST_CFLAGS)) -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=undefined -o $@ $^ -pthread $(PKG_LIBS) -ljansson

include $(wildcard $(shell find $(BUILD) -name '*.d' 2>/dev/null))
