# gefs-tools: tools for images of the gefs file system.
#
#   make            the library and every command, in build/
#   make demo       install what is missing, build, look at a real image
#   make test       install what is missing, build, run every test
#   make bench      speed, as ratios to cat of the same image
#   make fuzz       run the fuzz targets (FUZZ_SECONDS each, default 60)
#   make install    DESTDIR and PREFIX are honoured
#   make clean

VERSION = 0.1.0
SOVERSION = 0

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man

BUILD ?= build
CFLAGS ?= -O2 -g
WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wcast-qual \
       -Wvla -Wformat=2 -Wundef
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilibgefs -fPIC -fvisibility=hidden -pthread \
	     $(WARN) $(WERROR) $(CFLAGS) $(SANITIZE)
ALL_LDFLAGS = -pthread $(LDFLAGS) $(SANITIZE)
# What libgefs stands on: everything that is linked with it needs them.
LIBS := $(shell pkg-config --libs libzstd libarchive libxxhash 2>/dev/null || echo -lzstd -larchive -lxxhash)

LIB_SRC := $(filter-out %_test.c %_fuzz.c,$(wildcard libgefs/*.c libgefs/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
COMMON_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_test.c,$(wildcard cmd/common/*.c cmd/views/*.c)))
# In an archive, so that a command takes what it needs.
COMMON := $(BUILD)/cmd/libcommon.a
gefs-sh_LIBS = -lreadline
COMMANDS := $(notdir $(wildcard cmd/gefs-*))
BINS := $(COMMANDS:%=$(BUILD)/bin/%)

all: $(BINS) $(BUILD)/lib/libgefs.a $(BUILD)/lib/libgefs.so $(BUILD)/lib/pkgconfig/gefs.pc

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/lib/libgefs.a: $(LIB_OBJ)
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/lib/libgefs.so.$(VERSION): $(LIB_OBJ) libgefs/libgefs.map
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-soname,libgefs.so.$(SOVERSION) -Wl,--version-script=libgefs/libgefs.map \
	      -o $@ $(LIB_OBJ) $(ALL_LDFLAGS) $(LIBS)

$(BUILD)/lib/libgefs.so: $(BUILD)/lib/libgefs.so.$(VERSION)
	ln -sf libgefs.so.$(VERSION) $(BUILD)/lib/libgefs.so.$(SOVERSION)
	ln -sf libgefs.so.$(SOVERSION) $@

# Made every time: it holds the PREFIX of this very call.
$(BUILD)/lib/pkgconfig/gefs.pc: libgefs/gefs.pc.in FORCE
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(PREFIX)|;s|@LIBDIR@|$(LIBDIR)|;s|@INCLUDEDIR@|$(INCLUDEDIR)|;s|@VERSION@|$(VERSION)|;s|@LIBS@|$(LIBS)|' $< >$@

$(COMMON): $(COMMON_OBJ)
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

# A command is every .c file of its folder, what it needs of cmd/common and cmd/views, and the library.
define command
$(BUILD)/bin/$(1): $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_test.c,$(wildcard cmd/$(1)/*.c))) $(COMMON) $(BUILD)/lib/libgefs.a
	@mkdir -p $$(@D)
	$$(CC) -o $$@ $$^ $$(ALL_LDFLAGS) $$(LIBS) $$($(1)_LIBS)
endef
$(foreach c,$(COMMANDS),$(eval $(call command,$(c))))

# ---- tests: each is an executable that prints TAP; prove runs all of them, for both builds ----

TEST_SRC := $(wildcard libgefs/*/*_test.c cmd/common/*_test.c)
TEST_BINS := $(TEST_SRC:%.c=$(BUILD)/t/%)
SCRIPT_TESTS := $(wildcard cmd/*/t/*.t scripts/t/*.t)
TEST_LINKS := $(SCRIPT_TESTS:%=$(BUILD)/t/%)
# Tools that tests use, and the fuzz targets as programs that replay files.
FUZZ_TARGETS := $(patsubst libgefs/fuzz/%_fuzz.c,%,$(wildcard libgefs/fuzz/*_fuzz.c))
FUZZ_PACK := $(BUILD)/t/images.pack
FUZZ_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(wildcard libgefs/fuzz/support/*.c))
TEST_TOOLS := $(BUILD)/t/flip_test $(FUZZ_TARGETS:%=$(BUILD)/t/fuzz-%)

$(BUILD)/t/flip_test: $(BUILD)/testdata/damage/flip_test.o $(BUILD)/lib/libgefs.a
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(ALL_LDFLAGS) $(LIBS)

# Most targets mutate real images, packed to what is not zeros and linked in.
$(FUZZ_PACK): scripts/fuzz-pack
	@mkdir -p $(@D)
	GEFS_BUILD=$(BUILD) scripts/fuzz-pack $@

$(BUILD)/libgefs/fuzz/support/sparse.o: ALL_CFLAGS += -DFUZZ_PACK='"$(FUZZ_PACK)"'
$(BUILD)/libgefs/fuzz/support/sparse.o: $(FUZZ_PACK)
$(BUILD)/libgefs/fuzz/support/explore.o: ALL_CFLAGS += -DFUZZ_MAP

# One of them runs commands of the shell.
FUZZ_SHELL := $(BUILD)/cmd/libsh.a
$(FUZZ_SHELL): $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard cmd/gefs-sh/*.c)))
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/t/fuzz-%: $(BUILD)/libgefs/fuzz/%_fuzz.o $(FUZZ_SUPPORT) $(FUZZ_SHELL) $(COMMON) $(BUILD)/lib/libgefs.a
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(ALL_LDFLAGS) $(LIBS) $(gefs-sh_LIBS)

# Disks and images for tests.
TESTING_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard libgefs/*/testing/*.c))

$(BUILD)/t/%_test: $(BUILD)/%_test.o $(TESTING_OBJ) $(COMMON) $(BUILD)/lib/libgefs.a
	@mkdir -p $(@D)
	$(CC) -o $@ $^ -lcmocka $(ALL_LDFLAGS) $(LIBS)

# A test script stands in each build's folder, so that it knows which build it is to test.
$(BUILD)/t/%.t: %.t
	@mkdir -p $(@D)
	ln -sf $(CURDIR)/$< $@

# Kept, though only made on the way.
.SECONDARY: $(TESTING_OBJ) $(FUZZ_SUPPORT) $(FUZZ_TARGETS:%=$(BUILD)/libgefs/fuzz/%_fuzz.o) $(TEST_SRC:%.c=$(BUILD)/%.o)

tests: all $(TEST_BINS) $(TEST_LINKS) $(TEST_TOOLS)

test:
	scripts/install-deps
	$(MAKE) tests WERROR=-Werror
	$(MAKE) tests BUILD=build-asan CFLAGS="-O1 -g -fno-omit-frame-pointer" SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
	scripts/prove build build-asan

demo:
	scripts/install-deps
	$(MAKE) all
	scripts/demo

bench: all
	scripts/bench

fuzz:
	scripts/install-deps fuzz
	scripts/fuzz

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR) \
		   $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man8
	install -m 755 $(BINS) $(DESTDIR)$(BINDIR)
	install -m 644 $(BUILD)/lib/libgefs.a $(DESTDIR)$(LIBDIR)
	install -m 755 $(BUILD)/lib/libgefs.so.$(VERSION) $(DESTDIR)$(LIBDIR)
	ln -sf libgefs.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libgefs.so.$(SOVERSION)
	ln -sf libgefs.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libgefs.so
	install -m 644 $(BUILD)/lib/pkgconfig/gefs.pc $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 libgefs/gefs.h $(DESTDIR)$(INCLUDEDIR)
	install -m 644 $(wildcard cmd/*/*.1) $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(wildcard cmd/*/*.8) $(DESTDIR)$(MANDIR)/man8

clean:
	rm -rf build build-asan build-fuzz

FORCE:
.PHONY: FORCE all tests test demo bench fuzz install clean
-include $(LIB_OBJ:.o=.d) $(COMMON_OBJ:.o=.d) $(patsubst %.c,$(BUILD)/%.d,$(wildcard cmd/gefs-*/*.c) $(TEST_SRC)) \
	 $(TESTING_OBJ:.o=.d) $(FUZZ_SUPPORT:.o=.d) $(FUZZ_TARGETS:%=$(BUILD)/libgefs/fuzz/%_fuzz.d) \
	 $(BUILD)/testdata/damage/flip_test.d
