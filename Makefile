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
# BLAKE-free and dependency-free: what every object needs.
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilibgefs -fPIC -fvisibility=hidden -pthread \
	     $(WARN) $(WERROR) $(CFLAGS) $(SANITIZE)
ALL_LDFLAGS = -pthread $(LDFLAGS) $(SANITIZE)

LIB_SRC := $(filter-out %_test.c %_fuzz.c,$(wildcard libgefs/*.c libgefs/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
COMMON_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_test.c,$(wildcard cmd/common/*.c)))
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
	      -o $@ $(LIB_OBJ) $(ALL_LDFLAGS)

$(BUILD)/lib/libgefs.so: $(BUILD)/lib/libgefs.so.$(VERSION)
	ln -sf libgefs.so.$(VERSION) $(BUILD)/lib/libgefs.so.$(SOVERSION)
	ln -sf libgefs.so.$(SOVERSION) $@

$(BUILD)/lib/pkgconfig/gefs.pc: libgefs/gefs.pc.in Makefile
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(PREFIX)|;s|@LIBDIR@|$(LIBDIR)|;s|@INCLUDEDIR@|$(INCLUDEDIR)|;s|@VERSION@|$(VERSION)|' $< >$@

# A command is every .c file of its folder, cmd/common and the library.
define command
$(BUILD)/bin/$(1): $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_test.c,$(wildcard cmd/$(1)/*.c))) $(COMMON_OBJ) $(BUILD)/lib/libgefs.a
	@mkdir -p $$(@D)
	$$(CC) -o $$@ $$^ $$(ALL_LDFLAGS) $$($(1)_LIBS)
endef
$(foreach c,$(COMMANDS),$(eval $(call command,$(c))))

clean:
	rm -rf $(BUILD) build-*

.PHONY: all clean
-include $(LIB_OBJ:.o=.d) $(COMMON_OBJ:.o=.d) $(patsubst %.c,$(BUILD)/%.d,$(wildcard cmd/gefs-*/*.c))
