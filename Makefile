# SPDX-License-Identifier: GPL-2.0-or-later
# One Makefile, no recursion into folders: make sees the whole graph. `make help` lists targets.

NAME    := warmboot
VERSION := $(file < VERSION)

# --- For the packager: everything here may be given on the command line ------
PREFIX     ?= /usr
SBINDIR    ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/lib/$(NAME)
MANDIR     ?= $(PREFIX)/share/man
UNITDIR    ?= $(PREFIX)/lib/systemd/system
SYSCONFDIR ?= /etc
RUNDIR     ?= /run
STATEDIR   ?= /var/lib
DESTDIR    ?=
CFLAGS     ?= -O2 -g
PKG_CONFIG ?= pkg-config
INSTALL    ?= install
B          ?= build

# --- Ours: lower case, so that `make CFLAGS=-O0` cannot drop them ------------
try      = $(shell $(CC) -Werror $(1) -x c -c /dev/null -o /dev/null 2>/dev/null && echo $(1))
warn    := -Wall -Wextra -Wshadow -Wformat=2 -Wundef -Wvla -Wwrite-strings \
           -Wcast-qual -Wpointer-arith -Wstrict-prototypes -Wold-style-definition \
           -Wmissing-prototypes -Wimplicit-fallthrough -Wswitch-enum -Wconversion \
           $(call try,-Wlogical-op) $(call try,-Wduplicated-cond)
# Offsets and times of 64 bits also where long has 32. Elsewhere they only rename calls.
wide    := $(shell $(CC) $(CFLAGS) -dM -E -x c /dev/null 2>/dev/null | grep -q '__SIZEOF_LONG__ 4' && \
             echo -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64)
WERROR  ?=
HARDEN  ?= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE \
           $(call try,-fstack-clash-protection) $(call try,-fcf-protection) \
           $(call try,-ftrivial-auto-var-init=zero)
HARDEN_LD ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
paths   := -DSYSCONFDIR='"$(SYSCONFDIR)"' -DRUNDIR='"$(RUNDIR)"' -DSTATEDIR='"$(STATEDIR)"' \
           -DLIBEXECDIR='"$(LIBEXECDIR)"'

# The program is started by every hook, so it links little; the reader of contents links the rest.
main_pkgs := libconfig jansson
read_pkgs := libarchive libcrypto libseccomp zlib liblzma libzstd liblz4
read_libs := -lbz2 -llzo2 -pthread
cppflags  = -Isrc -Itests -D_GNU_SOURCE $(wide) -DNAME='"$(NAME)"' -DVERSION='"$(VERSION)"' $(paths) $(CPPFLAGS)
cflags    = -std=gnu11 $(warn) $(WERROR) $(HARDEN) -pthread $(CFLAGS)
ldflags   = $(HARDEN_LD) $(LDFLAGS)
main_ldlibs = $(shell $(PKG_CONFIG) --libs $(main_pkgs)) $(LDLIBS)
read_ldlibs = $(shell $(PKG_CONFIG) --libs $(read_pkgs)) $(read_libs) $(LDLIBS)

ifneq ($(V),1)
Q := @
say = @printf '  %-7s %s\n' $(1) $(2)
endif

# --- The graph --------------------------------------------------------------
objects = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard $(1))))
read_only := $(call objects,src/read/*.c)
shared    := $(call objects,src/base/util.c src/base/envfile.c src/verify/kernel_header.c \
                      src/verify/kernel_file.c src/verify/pe.c src/verify/uki.c)
main_obj  := $(call objects,src/*.c $(filter-out src/read/%,$(wildcard src/*/*.c)))
main_lib  := $(filter-out $(B)/src/main.o,$(main_obj))
read_lib  := $(filter-out $(B)/src/read/main.o,$(read_only))
unit_src  := $(sort $(wildcard tests/unit/*.c))
unit_obj  := $(unit_src:%.c=$(B)/%.o)
fake_obj  := $(B)/tests/fake_sys.o

.DEFAULT_GOAL := all
all: $(B)/$(NAME) $(B)/$(NAME)-read    ## build the program (default)

$(B)/$(NAME): $(main_obj)
	$(call say,LD,$@)
	$(Q)$(CC) $(cflags) $(ldflags) -o $@ $^ $(main_ldlibs)

$(B)/$(NAME)-read: $(read_only) $(shared)
	$(call say,LD,$@)
	$(Q)$(CC) $(cflags) $(ldflags) -o $@ $^ $(read_ldlibs)

$(B)/%.o: %.c $(B)/flags
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cppflags) $(cflags) -MMD -MP -c -o $@ $<

# Rebuilt only when the flags differ, so that changed flags rebuild everything.
$(B)/flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(subst ','\'',$(CC) $(cppflags) $(cflags))' | cmp -s - $@ || \
	    echo '$(subst ','\'',$(CC) $(cppflags) $(cflags))' > $@
FORCE:

# --- Tests ------------------------------------------------------------------
# One suite a file: tests/unit/test_NAME.c exports NAME_suite(); the list is made from the names.
$(B)/tests/unit/main.o: $(B)/tests/suites.h
$(B)/tests/unit/main.o: cppflags += -I$(B)/tests
$(B)/tests/suites.h: $(unit_src) Makefile
	$(Q)mkdir -p $(@D)
	$(Q)for f in $(patsubst tests/unit/test_%.c,%,$(filter tests/unit/test_%,$(unit_src))); do \
	    echo "SUITE($$f)"; done > $@

$(B)/tests/unit/check: $(unit_obj) $(fake_obj) $(main_lib) $(read_lib)
	$(call say,LD,$@)
	$(Q)$(CC) $(cflags) $(ldflags) -o $@ $^ $(main_ldlibs) $(read_ldlibs) \
	    $(shell $(PKG_CONFIG) --libs check)

# The real program with the machine-changing calls replaced: see tests/fake_sys.c
$(B)/tests/$(NAME)-fake: $(B)/tests/fake_main.o $(fake_obj) $(main_lib)
	$(call say,LD,$@)
	$(Q)$(CC) $(cflags) $(ldflags) -o $@ $^ $(main_ldlibs)

# What tests/tools/bls-against-bootctl compares with bootctl.
$(B)/tests/print-menu: $(B)/tests/tools/print_menu.o $(fake_obj) $(main_lib)
	$(call say,LD,$@)
	$(Q)$(CC) $(cflags) $(ldflags) -o $@ $^ $(main_ldlibs)

# Every step may fail: the same objects, their calls to the C library wrapped (tests/faults/).
fault_obj  := $(call objects,tests/faults/*.c) \
              $(addprefix $(B)/tests/unit/,scene.o fake_root.o)
fault_wrap := $(shell grep -oE '__(real|wrap)_[a-z0-9_]+|^REAL[^,]*, [a-z0-9_]+' \
                tests/faults/wrap.c | sed 's/.* //; s/^__real_//; s/^__wrap_//' | sort -u)
$(B)/tests/faults/faults: $(fault_obj) $(fake_obj) $(main_lib)
	$(call say,LD,$@)
	$(Q)$(CC) $(cflags) $(ldflags) $(fault_wrap:%=-Wl,--wrap=%) -o $@ $^ $(main_ldlibs) \
	    $(shell $(PKG_CONFIG) --libs check)

# Makes what a fixture root does not hold as text.
$(B)/tests/make-root: $(B)/tests/make_root.o $(B)/tests/unit/fake_root.o $(shared)
	$(call say,LD,$@)
	$(Q)$(CC) $(cflags) $(ldflags) -o $@ $^

test-programs: $(B)/tests/unit/check $(B)/tests/faults/faults $(B)/tests/$(NAME)-fake $(B)/tests/make-root all

test: test-programs                    ## hermetic tests: units, then the program on fixture roots
	$(Q)B=$(B) tests/run-roots
	$(Q)B=$(B) $(B)/tests/faults/faults $(FAULT_JOBS)
	$(Q)B=$(B) CK_VERBOSITY=normal $(B)/tests/unit/check

check:                                 ## set up what is missing, `test`, and one machine round trip
	$(Q)tests/setup.sh build test vm
	$(Q)$(MAKE) --no-print-directory test
	$(Q)$(MAKE) --no-print-directory stage
	$(Q)B=$(B) tests/vm/run --round-trip

check-vm:                              ## the machine scenarios (about 25 minutes)
	$(Q)tests/setup.sh build vm deb
	$(Q)$(MAKE) --no-print-directory stage
	$(Q)DEB_BUILD_OPTIONS=nocheck B=$(B) hooks/debian/build-deb $(B)/deb
	$(Q)B=$(B) tests/vm/run

check-vm-all:                          ## every machine scenario; goes on where it was stopped
	$(Q)tests/setup.sh build vm deb
	$(Q)$(MAKE) --no-print-directory stage
	$(Q)DEB_BUILD_OPTIONS=nocheck B=$(B) hooks/debian/build-deb $(B)/deb
	$(Q)B=$(B) tests/vm/run --all --resume

check-powercut:                        ## power cuts while apt installs a kernel (hours; resumable)
	$(Q)tests/setup.sh build vm
	$(Q)$(MAKE) --no-print-directory stage $(B)/tests/$(NAME)-fake
	$(Q)B=$(B) tests/vm/powercut --no-machine --boot-every 0
	$(Q)B=$(B) tests/vm/powercut

demo:                                  ## the main job in a throw-away machine, narrated
	$(Q)tests/setup.sh build vm
	$(Q)$(MAKE) --no-print-directory stage
	$(Q)B=$(B) tests/vm/demo

# What the machines get: an installation into a folder.
stage: all
	$(Q)rm -rf $(B)/vm/stage $(B)/vm/stage-*
	$(Q)$(MAKE) --no-print-directory install HOOKS="debian systemd" \
	    DESTDIR=$(abspath $(B))/vm/stage >/dev/null
	$(Q)for init in sysvinit openrc runit; do \
	    $(MAKE) --no-print-directory install HOOKS="debian $$init" \
	        DESTDIR=$(abspath $(B))/vm/stage-$$init >/dev/null || exit 1; done

deb:                                   ## the Debian package, in $(B)/deb
	$(Q)tests/setup.sh build test deb
	$(Q)B=$(B) hooks/debian/build-deb $(B)/deb

# Each family's own tools, run for real: every executable file in tests/tools.
tools = $(filter-out tests/tools/cross,$(shell find tests/tools -maxdepth 1 -type f -perm -u+x | sort))
check-hooks:                           ## the hooks, called by the real package managers (root)
	$(Q)tests/setup.sh build test hooks rpm distros vm bmc
	$(Q)$(MAKE) --no-print-directory all
	$(Q)status=0; for t in $(tools); do B=$(B) $$t || status=1; done; exit $$status

bench:                                 ## speed, as ratios of things measured in the same run
	$(Q)tests/setup.sh build test bench
	$(Q)$(MAKE) --no-print-directory test-programs
	$(Q)B=$(B) tests/bench/run

# Half an hour, so not part of CI.
cross-check:                           ## other architectures: built, tested emulated; arm64 in a machine
	$(Q)tests/setup.sh build cross arm64
	$(Q)B=$(B) tests/tools/cross
	$(Q)B=$(B) tests/vm/arm64

sanitize:                              ## `test` under ASan and UBSan
	$(Q)$(MAKE) --no-print-directory B=$(B)/asan HARDEN= HARDEN_LD= \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all' test

sanitize-quick:                        ## the same with two of the jobs whose every step fails
	$(Q)$(MAKE) --no-print-directory FAULT_JOBS='newer removed' sanitize

lint:                                  ## warnings as errors in gcc and clang, analysers, style
	$(Q)tests/setup.sh build test lint
	$(Q)B=$(B) MAKE='$(MAKE)' tests/lint

# One fuzzer a parser: tests/fuzz/NAME.c, seeded from tests/fuzz/NAME/. clang only; see its README.
FUZZ_SECONDS ?= 30
FUZZ_JOBS    ?= 1
FUZZER       ?= libfuzzer
FUZZERS      ?= $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/*.c)))
fuzz_cc  := $(if $(filter afl,$(FUZZER)),afl-clang-fast,clang)
fuzz_dir := $(B)/fuzz$(if $(filter afl,$(FUZZER)),-afl)
fuzz_src := $(filter-out src/main.c src/read/main.c,$(wildcard src/*.c src/*/*.c)) \
            tests/fake_sys.c tests/unit/fake_root.c
fuzz_cflags = $(cppflags) -std=gnu11 -g -O1 -fsanitize=$(1),address,undefined
$(fuzz_dir)/libsrc.a: $(fuzz_src)
	$(call say,FUZZLIB,$@)
	$(Q)mkdir -p $(fuzz_dir)/obj && rm -f $@
	$(Q)for f in $(fuzz_src); do o=$(fuzz_dir)/obj/$$(echo $$f | tr / _).o; \
	    $(fuzz_cc) $(call fuzz_cflags,fuzzer-no-link) -c -o $$o $$f || exit 1; done
	$(Q)ar rcs $@ $(fuzz_dir)/obj/*.o
$(fuzz_dir)/%: tests/fuzz/%.c $(fuzz_dir)/libsrc.a
	$(call say,FUZZ,$@)
	$(Q)$(fuzz_cc) $(call fuzz_cflags,fuzzer) -o $@ $^ $(main_ldlibs) $(read_ldlibs)

run_libfuzzer = $(fuzz_dir)/$$n -max_total_time=$(FUZZ_SECONDS) -print_final_stats=0 -verbosity=0 \
    -close_fd_mask=3 $(if $(filter-out 1,$(FUZZ_JOBS)),-fork=$(FUZZ_JOBS)) \
    -artifact_prefix=$(fuzz_dir)/ $(fuzz_dir)/corpus/$$n tests/fuzz/$$n
# What breaks is in out/NAME/default/crashes; afl-fuzz itself does not mind.
run_afl = AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_AUTORESUME=1 \
    afl-fuzz -V $(FUZZ_SECONDS) -m none -i tests/fuzz/$$n -o $(fuzz_dir)/out/$$n \
    -- $(fuzz_dir)/$$n >$(fuzz_dir)/$$n.log && \
    ! ls $(fuzz_dir)/out/$$n/default/crashes | grep id:
fuzz: $(FUZZERS:%=$(fuzz_dir)/%)       ## each fuzzer for FUZZ_SECONDS
	$(Q)for n in $(FUZZERS); do mkdir -p $(fuzz_dir)/corpus/$$n $(fuzz_dir)/out; \
	    printf '  %-7s %s\n' RUN $$n; $(run_$(FUZZER)) || exit 1; done

# What was found and reaches what the seeds do not: the smallest inputs become seeds, by hand.
fuzz-merge: $(FUZZERS:%=$(fuzz_dir)/%) ## inputs of `fuzz` that reach new code, as few as can be
	$(Q)for n in $(FUZZERS); do rm -rf $(fuzz_dir)/new/$$n; mkdir -p $(fuzz_dir)/new/$$n; \
	    cp tests/fuzz/$$n/* $(fuzz_dir)/new/$$n/; \
	    $(fuzz_dir)/$$n -merge=1 -verbosity=0 -close_fd_mask=3 $(fuzz_dir)/new/$$n \
	        $(fuzz_dir)/corpus/$$n || exit 1; \
	    for seed in tests/fuzz/$$n/*; do rm -f $(fuzz_dir)/new/$$n/$${seed##*/}; done; \
	    printf '  %-7s %s: %s\n' NEW $$n "$$(ls $(fuzz_dir)/new/$$n | wc -l)"; done

# --- Installation -----------------------------------------------------------
# Each family of hooks has a folder below hooks/; its install.mk defines files_FAMILY.
HOOKS    ?= $(shell sh hooks/detect)
families := $(patsubst hooks/%/install.mk,%,$(sort $(wildcard hooks/*/install.mk)))
include $(families:%=hooks/%/install.mk)

# MODE SOURCE TARGET, one line a file; `install` and `uninstall` both read it.
define files_program
0755 $(B)/$(NAME)                       $(SBINDIR)/$(NAME)
0755 $(B)/$(NAME)-read                  $(LIBEXECDIR)/$(NAME)-read
0644 conf/$(NAME).conf                  $(SYSCONFDIR)/$(NAME).conf
0644 man/$(NAME).8                      $(MANDIR)/man8/$(NAME).8
0644 man/$(NAME).conf.5                 $(MANDIR)/man5/$(NAME).conf.5
endef
define newline


endef
files_of = $(files_program)$(foreach f,$(1),$(newline)$(files_$(f)))
install: export manifest = $(call files_of,$(HOOKS))
uninstall: export manifest = $(call files_of,$(families))

# The program's own places, where a packager chose others than the shipped files name.
placed = sed -i -e 's|/usr/sbin/$(NAME)\b|$(SBINDIR)/$(NAME)|g' \
                -e 's|/usr/lib/$(NAME)/|$(LIBEXECDIR)/|g' \
                -e 's|/run/$(NAME)/|$(RUNDIR)/$(NAME)/|g' \
                -e 's|/var/lib/$(NAME)\b|$(STATEDIR)/$(NAME)|g'

install: all                           ## install under $(DESTDIR); HOOKS="debian systemd" picks families
	@for f in $(HOOKS); do case " $(families) " in *" $$f "*) ;; \
	    *) echo "HOOKS: there is no family '$$f' (there are: $(families))" >&2; exit 2;; esac; done
	@echo "$$manifest" | while read -r mode from to; do \
	    [ -n "$$mode" ] || continue; \
	    case $$to in $(SYSCONFDIR)/$(NAME).conf) \
	        if [ -e "$(DESTDIR)$$to" ]; then echo "  KEEP    $$to"; continue; fi;; esac; \
	    echo "  INSTALL $$to"; \
	    $(INSTALL) -D -m $$mode $$from "$(DESTDIR)$$to" || exit 1; \
	    case $$from in hooks/*) $(placed) "$(DESTDIR)$$to" || exit 1;; esac; done

# What is armed would stay loaded without a gate, for any reboot to jump into.
uninstall:                             ## disarm and remove what `install` put there, but not the configuration
	@[ -n "$(DESTDIR)" ] || [ ! -x "$(SBINDIR)/$(NAME)" ] || \
	    "$(SBINDIR)/$(NAME)" --hook package-remove
	@[ -n "$(DESTDIR)" ] || sh hooks/disable
	@echo "$$manifest" | while read -r mode from to; do \
	    [ -n "$$mode" ] || continue; \
	    case $$to in $(SYSCONFDIR)/$(NAME).conf) continue;; esac; \
	    echo "  REMOVE  $$to"; rm -f "$(DESTDIR)$$to"; \
	    case $$to in $(LIBEXECDIR)/* | */50-$(NAME).conf) \
	        rmdir "$(DESTDIR)$${to%/*}" 2>/dev/null || :;; esac; done
	@[ -n "$(DESTDIR)" ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload

# Also where rpm is only a guest: needs rpmbuild and what tests/setup.sh calls build and test.
rpm:                                   ## source and binary rpm in build/rpm
	$(Q)tests/setup.sh build test rpm
	$(Q)hooks/rpm/build-rpm $(B)/rpm
.PHONY: rpm

clean:                                 ## remove what was built (the machine images too)
	rm -rf $(B)

help:                                  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: all test test-programs check check-vm check-vm-all check-powercut check-hooks cross-check demo \
        stage bench sanitize sanitize-quick lint fuzz fuzz-merge \
        deb install uninstall clean help FORCE
.DELETE_ON_ERROR:
-include $(patsubst %.o,%.d,$(main_obj) $(read_only) $(unit_obj) $(fault_obj) $(fake_obj) $(B)/tests/fake_main.o $(B)/tests/make_root.o)
