# Targets explain themselves: `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export TMPDIR := $(shell tools/temporary-folder.sh)

VERSION := $(shell sed -n 's/^ *"version": "\(.*\)",/\1/p' package.json)
SOURCES := $(shell find src -name '*.ts')
TEST_SOURCES := $(shell find test -name '*.ts')
ADDON_SOURCES := $(wildcard src/native/addon/*.c)
ADDON_HEADERS := $(wildcard src/native/addon/*.h)
ENGINE_SOURCES := $(filter-out %/compile.c,$(wildcard src/native/engine/*.c))
ENGINE_HEADERS := $(wildcard src/native/engine/*.h src/native/engine/device-mapper/*.h src/native/programs/*.h)
# What the small program has in the place of libdevmapper, and of libm.
INSTEAD_SOURCES := $(wildcard src/native/engine/device-mapper/*.c) src/native/programs/mathematics.c \
	src/native/programs/remainder.c
# Of the addon, what the renderer has (src/native/programs/domain-xml.c).
RENDERER_ADDON := $(addprefix src/native/addon/,values.c files.c descriptors.c input.c links.c sockets.c writing.c checksum.c)
MODULES := node_modules/.package-lock.json
SHIPPED := src/domain-xml/compiled/shipped-templates.js

# Compiler and runtime in one, and what makes one script of many modules. The baseline build needs no AVX2, which older processors do not have.
BUN ?= node_modules/@oven/bun-linux-x64-baseline/bin/bun

# The names that the executable answers to besides its own.
LINKS := block-origin block-reflink block-reflink-origin create-snapshot destroy-snapshot block-snapshot-qemu block-snapshot-libxl

LAB := test/kernel/lab/boot.sh

# That a file of tests without a lab may take.
FILE_SECONDS = $(or $(TEST_FILE_SECONDS),600)

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | awk -F'\t' '{ printf "  make %-15s %s\n", $$1, $$2 }'

# What a target needs, where that is more than to build: all that is missing is said, or installed, at once, and before
# anything else is fetched.
NEEDS_lint := node
NEEDS_format := node
NEEDS_test := build kernel libvirt manuals memory templates vm xen
NEEDS_test-kernel := build kernel libvirt manuals memory vm
NEEDS_test-beside-xen := build manuals templates
NEEDS_test-after-xen := build memory templates
NEEDS_test-unit := build manuals
NEEDS_test-xen := build vm xen
NEEDS_bench-xen := build xen
NEEDS_test-memory := build kernel memory
NEEDS_coverage := build manuals templates
NEEDS_test-arm64 := arm64
NEEDS_deb := build deb
NEEDS_rpm := build rpm
NEEDS_test-packages := build deb rpm packages
# One file needs what the whole of its kind does.
NEEDS_check := build kernel $(if $(findstring /manuals/,$(FILE))$(findstring /told,$(FILE)),manuals) \
	$(if $(findstring test/domain-xml/,$(FILE))$(findstring test/jinja/,$(FILE)),templates) $(if $(findstring memory,$(FILE)),memory) $(if $(findstring vm-layer,$(FILE)),vm) $(if $(findstring libvirt,$(FILE)),libvirt)
NEEDS_test-long := build kernel libvirt vm xen
$(foreach target,demo bench bench-clones bench-network chaos soak,$(eval NEEDS_$(target) := build kernel))
NEEDS_test-guards := build kernel vm
$(foreach target,test-templates fuzz-templates bench-templates,$(eval NEEDS_$(target) := build templates))
.PHONY: needs
needs:
	@test/needs.sh node $(sort $(foreach goal,$(MAKECMDGOALS),$(or $(NEEDS_$(goal)),build)))

# What npm brings, exactly as the lock file says.
$(MODULES): package.json package-lock.json | needs
	tools/npm-packages.sh
	@touch $@

# The engine of the hot path, in a folder of its own: tools/engine.sh finds it.
DIST ?= dist
ENGINE := $(DIST)/engine
HARDENED := -O2 -fPIE -fvisibility=hidden -fstack-protector-strong -D_FORTIFY_SOURCE=2
HARDENED_LINK := -pie -s -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
C := -std=gnu17 -Wall -Wextra -Werror -Inode_modules/node-api-headers/include
# What compiles on this machine, for it, where CC compiles for another.
CC_HERE ?= $(CC)

$(ENGINE)/libqjs.a: tools/engine.sh tools/cache.sh tools/debian-packages.sh | needs
	CC='$(CC)' CC_HERE='$(CC_HERE)' tools/engine.sh $(ENGINE)

$(ENGINE)/compile: src/native/engine/compile.c src/native/engine/modules.h $(ENGINE)/libqjs.a
	$(CC_HERE) -std=gnu17 -Wall -Wextra -Werror -I$(ENGINE)/include -o $@ $< $(ENGINE)/compiler/libqjs.a -lm

# What the hot commands load, a module for each set of commands that need it, as bytecode.
$(ENGINE)/bytecode.c: $(SOURCES) package.json tools/bundle.mjs $(ENGINE)/compile $(MODULES)
	rm -rf $(ENGINE)/modules
	$(BUN) tools/bundle.mjs $(VERSION) $(ENGINE)/modules
	cd $(ENGINE)/modules && ../compile hot.js $$(ls | grep -vxF hot.js) >../bytecode.c

# link_program NAME,BYTECODE,ADDON,ENGINE: src/native/programs says what is special about each.
link_program = $(CC) $(C) $(HARDENED) -I$(ENGINE)/include -Isrc/native/engine $(CFLAGS) -o $@ $(ENGINE_SOURCES) \
	src/native/programs/$(1).c $(2) $(3) $(4) $(HARDENED_LINK) $(LDFLAGS) -lc -lm
link_hot = $(call link_program,block-snapshot,$(1),$(ADDON_SOURCES) $(INSTEAD_SOURCES),$(ENGINE)/libqjs.a)
link_renderer = $(call link_program,domain-xml,$(1),$(RENDERER_ADDON) src/native/programs/remainder.c,$(ENGINE)/with-parser/libqjs.a)

# Engine, addon and bytecode in one: what Xen, libvirt and qubesd call.
HOT_SOURCES := $(ENGINE_SOURCES) $(INSTEAD_SOURCES) src/native/programs/block-snapshot.c $(ADDON_SOURCES) $(ADDON_HEADERS)
$(DIST)/block-snapshot: $(HOT_SOURCES) $(ENGINE_HEADERS) $(ENGINE)/bytecode.c
	$(call link_hot,$(ENGINE)/bytecode.c)

# What udev starts for each device that a command waits for: it has no C library to be loaded, nor anything that one would bring.
$(DIST)/udev-complete: src/native/udev-complete.c | needs
	@mkdir -p $(DIST)
	$(CC) $(C) -O2 -ffreestanding -fPIE -fvisibility=hidden -fno-stack-protector $(CFLAGS) -o $@ $< -static-pie -nostdlib -s \
		-Wl,-z,relro,-z,now,-z,noexecstack,--build-id=none,--no-dynamic-linker

# The renderer: the same engine with its parser, which templates that were edited need, and no device.
$(ENGINE)/renderer.c: $(SOURCES) $(SHIPPED) tools/bundle-renderer.js package.json $(ENGINE)/compile $(MODULES)
	rm -rf $(ENGINE)/renderer
	$(BUN) tools/bundle-renderer.js src/render.ts $(ENGINE)/renderer $(VERSION)
	cd $(ENGINE)/renderer && ../compile render.js $$(ls | grep -vxF render.js) >../renderer.c

RENDERER_SOURCES := $(ENGINE_SOURCES) src/native/programs/domain-xml.c src/native/programs/remainder.c $(RENDERER_ADDON) $(ADDON_HEADERS)
$(DIST)/domain-xml: $(RENDERER_SOURCES) $(ENGINE_HEADERS) $(ENGINE)/renderer.c
	$(call link_renderer,$(ENGINE)/renderer.c)

# The same with what the tests run on the engine in the place of the hot commands.
PROBE_SOURCES := $(wildcard test/engine/*.ts)
$(ENGINE)/probe.c: $(PROBE_SOURCES) $(SOURCES) $(ENGINE)/compile $(MODULES)
	$(BUN) build test/engine/probe.ts --target=bun --outfile $(ENGINE)/probe.js >/dev/null
	$(ENGINE)/compile $(ENGINE)/probe.js >$@

$(ENGINE)/probe: $(HOT_SOURCES) $(ENGINE_HEADERS) $(ENGINE)/probe.c
	$(call link_hot,$(ENGINE)/probe.c)

# The renderer's engine with what the tests run on it.
JINJA_TEST_SOURCES := $(wildcard test/jinja/*.ts test/jinja/generator/*.ts)
$(ENGINE)/renderer-probe.c: $(PROBE_SOURCES) $(JINJA_TEST_SOURCES) $(SOURCES) $(ENGINE)/compile $(MODULES)
	rm -rf $(ENGINE)/probe-of-renderer
	$(BUN) tools/bundle-renderer.js test/engine/renderer-probe.ts $(ENGINE)/probe-of-renderer $(VERSION)
	cd $(ENGINE)/probe-of-renderer && ../compile renderer-probe.js $$(ls | grep -vxF renderer-probe.js) >../renderer-probe.c

$(ENGINE)/renderer-probe: $(RENDERER_SOURCES) $(ENGINE_HEADERS) $(ENGINE)/renderer-probe.c
	$(call link_renderer,$(ENGINE)/renderer-probe.c)

# The addon: libdevmapper and a few ioctls as JavaScript functions (Node-API, so that Node and Bun load the same file).
$(DIST)/block-snapshot.node: $(ADDON_SOURCES) $(ADDON_HEADERS) | $(MODULES) needs
	@mkdir -p $(DIST)
	$(CC) $(C) -shared -fPIC -O2 -fvisibility=hidden -s -Wl,-z,relro,-z,now $(CFLAGS) -o $@ $(ADDON_SOURCES) $(LDFLAGS) -ldevmapper

# The same with gcc's sanitizers, which end a program at the first access to memory, or the first step, that is not right.
SANITIZED := dist/sanitized/block-snapshot.node dist/sanitized/allocated.node dist/sanitized/engine
sanitized = $(CC) -std=gnu17 -O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -Inode_modules/node-api-headers/include -I$(ENGINE)/include -Isrc/native/engine
checked := -D_GNU_SOURCE= -include test/memory/checked.h
# What runs in another process as well, which has this one's memory and its thread's too: of the stack for calls that have returned,
# which the sanitizer keeps for each thread, both would take the same piece.
BESIDE_SOURCES := $(addprefix src/native/addon/,answers.c attribute-writes.c block-answers.c loop.c other-process.c)
BESIDE := $(BESIDE_SOURCES:src/native/addon/%.c=dist/sanitized/beside/%.o)
dist/sanitized/beside/%.o: src/native/addon/%.c $(ADDON_HEADERS) test/memory/checked.h | $(MODULES) needs
	@mkdir -p dist/sanitized/beside
	$(sanitized) --param=asan-use-after-return=0 -fPIC -fvisibility=hidden $(checked) -c -o $@ $<

dist/sanitized/block-snapshot.node: $(filter-out $(BESIDE_SOURCES),$(ADDON_SOURCES)) $(BESIDE) $(ADDON_HEADERS) test/memory/checked.h
dist/sanitized/block-snapshot.node: CHECKED := $(checked)
dist/sanitized/allocated.node: test/memory/allocated.c
dist/sanitized/%.node: | $(MODULES) needs
	@mkdir -p dist/sanitized
	$(sanitized) -shared -fPIC -fvisibility=hidden $(CHECKED) -o $@ $(filter %.c %.o,$^) -ldevmapper

# The engine with the addon linked in, and what calls its functions.
dist/sanitized/engine: $(HOT_SOURCES) $(BESIDE) $(ENGINE_HEADERS) $(ENGINE)/compile \
		$(wildcard test/memory/*.ts) test/memory/engine-host.c test/memory/bundle.mjs $(SOURCES) | $(MODULES) needs
	@mkdir -p dist/sanitized
	$(BUN) test/memory/bundle.mjs $@.js
	$(ENGINE)/compile $@.js >$@.c
	$(sanitized) -Dadd_host=add_program_host -c -o $@.o src/native/engine/host.c
	$(sanitized) -o $@ $@.o test/memory/engine-host.c $(filter-out %/host.c $(BESIDE_SOURCES),$(filter %.c,$(HOT_SOURCES))) \
		$(BESIDE) $@.c $(ENGINE)/libqjs.a -lm

# The project's own templates, compiled: the programs that render hold them.
$(SHIPPED): $(shell find templates -name '*.xml') $(shell find src/jinja src/domain-xml/compiled -name '*.ts') $(MODULES)
	$(BUN) src/domain-xml/compiled/write-templates.ts

# What people call. Never strip it: the program lies behind the runtime in the same file, and strip would drop it.
dist/block-snapshot-tools: $(SOURCES) $(SHIPPED) package.json $(MODULES)
	@mkdir -p dist
	$(BUN) build src/main.ts --compile --target=bun --minify --bytecode --splitting --format=esm \
		--no-compile-autoload-dotenv --no-compile-autoload-bunfig \
		--no-compile-autoload-tsconfig --no-compile-autoload-package-json \
		--define BUILD_VERSION='"$(VERSION)"' --outfile $@

# Manual pages and completion, from the same source as the help texts.
dist/share: $(SOURCES) README.md etc/block-snapshot.conf $(wildcard etc/completion/*) package.json $(MODULES)
	rm -rf $@
	$(BUN) src/programs/manual/write-shared.ts $(VERSION) $@

$(LINKS:%=dist/%): dist/block-snapshot
	ln -sfn block-snapshot $@

.PHONY: build
build: dist/block-snapshot dist/domain-xml dist/udev-complete dist/block-snapshot-tools dist/block-snapshot.node dist/share $(LINKS:%=dist/%) ## Build the executables, the addon and the manuals into dist/
	@tools/is-ours.sh '$(VERSION)' dist/block-snapshot dist/domain-xml dist/block-snapshot-tools

# The tests as plain JavaScript.
build/.stamp: $(SOURCES) $(TEST_SOURCES) tsconfig.json $(MODULES)
	rm -rf build
	tsc
	@touch $@

# tap, told by .taprc which of its plugins to load.
.tap/plugins: .taprc $(MODULES)
	tap build
	@touch $@

# What tests run on the engines.
PROBES := $(ENGINE)/probe $(ENGINE)/renderer-probe

UNIT_TESTS := 'build/test/unit/**/*.test.js' 'build/test/fuzz/*.test.js'
JINJA_TESTS := 'build/test/jinja/*.test.js'
DOMAIN_XML_TESTS := 'build/test/domain-xml/*.test.js'
TEMPLATE_TESTS := $(JINJA_TESTS) $(DOMAIN_XML_TESTS)
KERNEL_TESTS := 'build/test/kernel/*.test.js' 'build/test/vm-layer/*.test.js'
MEMORY_TESTS := 'build/test/memory/*.test.js'

.PHONY: test
test: needs ## Lint, and run every test, those on the real kernel and the real Xen included
	@rm -f build/failed.txt
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint build build/.stamp $(SANITIZED) .tap/plugins
	@test/all.sh $(MAKE)

# One after the other, as the processors are taken: what is over when Xen is. All else has both of them then.
.PHONY: test-beside-xen test-after-xen
test-beside-xen: build build/.stamp .tap/plugins $(PROBES) needs
	test/tap.sh 40 --jobs=1 --timeout=$(FILE_SECONDS) $(UNIT_TESTS) $(JINJA_TESTS)

test-after-xen: build build/.stamp $(SANITIZED) .tap/plugins $(PROBES) needs
	test/tap.sh 20 --jobs=2 --timeout=$(FILE_SECONDS) $(DOMAIN_XML_TESTS) $(MEMORY_TESTS)

.PHONY: test-unit
test-unit: build build/.stamp .tap/plugins $(PROBES) needs ## Run the tests that need no kernel of their own
	test/tap.sh 20 --jobs=2 --timeout=$(FILE_SECONDS) $(UNIT_TESTS)

.PHONY: test-templates
test-templates: build build/.stamp .tap/plugins $(PROBES) needs ## Run the tests of templates and domain XML, against the real Jinja2
	test/tap.sh 20 --jobs=2 --timeout=$(FILE_SECONDS) $(TEMPLATE_TESTS)

# In the lab what works on devices, here everything else.
.PHONY: test-memory
test-memory: build build/.stamp $(SANITIZED) .tap/plugins needs ## Call the addon with hostile arguments under the sanitizers: the last result is in docs/test-memory.md
	test/tap.sh 20 --jobs=1 --timeout=0 $(MEMORY_TESTS)
	@$(LAB) --minutes 40 node build/test/kernel/guest/memory.js 10000

# What runs in the labs is not counted: those kernels' processes are not watched.
.PHONY: coverage
coverage: build build/.stamp .tap/plugins $(PROBES) needs ## Show what the tests without a lab run of the rooms that touch nothing
	@tap --jobs=2 --timeout=0 --no-disable-coverage --allow-incomplete-coverage --coverage-report=text \
		$(UNIT_TESTS) 'build/test/domain-xml/*.test.js' >build/coverage.txt || { grep -A20 'not ok' build/coverage.txt; exit 1; }
	@awk -F'|' '/^ *File/ { print } /^ src\// { wanted = $$1 ~ /src\/(devices\/plan|words|claims|domain-xml)/ } / src\// || /^  / { if (wanted && NF > 4) print }' build/coverage.txt

# Qubesd's own code, of a checkout: it cannot be had everywhere, so what it says is recorded for `make test`.
CORE_ADMIN ?=
.PHONY: test-core-admin
test-core-admin: build build/.stamp ## Let qubesd's own code judge random qubes.xml files, and its file pool call our pair: CORE_ADMIN=/path/to/qubes-core-admin, STORES= and SEED= others
	@test -e '$(CORE_ADMIN)/qubes/app.py' || { echo 'make: say with CORE_ADMIN=/path/to/qubes-core-admin where a checkout of it is' >&2; exit 1; }
	@test/needs.sh core-admin kernel
	@node build/test/core-admin/agree.js '$(CORE_ADMIN)'
	@test/core-admin/file-pool.sh '$(CORE_ADMIN)'
	@$(LAB) --minutes 20 node build/test/core-admin/clone-pool.js "$$(realpath '$(CORE_ADMIN)')"

.PHONY: fuzz-templates
fuzz-templates: build/.stamp .tap/plugins needs ## Render random templates as Jinja2 does, others each time, until one differs
	@while JINJA_SEED=$$(od -An -N3 -tu4 /dev/urandom | tr -d ' ') JINJA_TRIALS=20000 \
		tap --timeout=0 build/test/jinja/random-templates.test.js; do :; done; exit 1

.PHONY: fuzz
fuzz: build/.stamp needs ## Look for inputs that break a reader of what is hostile, guided by what they reach in it: TARGET= of test/fuzz/targets, SECONDS_EACH=600, KEEP=1 keeps the inputs: the last result is in docs/fuzz.md
	@test/fuzz/fuzz.sh $(TARGET)

.PHONY: check
check: build build/.stamp .tap/plugins $(PROBES) ## Run one test file, in whichever lab it needs: FILE=test/..., NAME= a part of a test's name
	@test/check.sh '$(FILE)' '$(NAME)'

.PHONY: test-kernel
test-kernel: build build/.stamp $(SANITIZED) .tap/plugins $(PROBES) needs ## Run the tests on a real device-mapper kernel
	test/tap.sh 60 --jobs=2 --timeout=0 $(KERNEL_TESTS)

.PHONY: test-arm64
test-arm64: needs $(MODULES) ## Compile the small program for arm64, and run it in emulation
	@test/arm64/run.sh

.PHONY: test-long
test-long: build build/.stamp needs ## Let every system call of every command fail, send signals, stop one of two commands everywhere, for hours, try filesystems on Linux 6.1, and the layer inside VMs on Xen and QEMU: the last result is in docs/test-long.md
	@UML_RELEASE=bookworm $(LAB) --minutes 30 node build/test/kernel/guest/filesystems.js
	@UML_RELEASE=bookworm $(LAB) --minutes 30 env CLONE_STARTS=200 node build/test/kernel/guest/reflink.js
	@UML_RELEASE=bookworm $(LAB) --udev --minutes 30 env STARTS=1000 node build/test/kernel/guest/network.js
	@test/kernel/lab/two.sh node build/test/kernel/guest/two-hosts.js
	@$(LAB) --minutes 60 node build/test/kernel/guest/reflink-kills.js
	@$(LAB) --minutes 60 node build/test/kernel/guest/reflink-errors.js full
	@$(LAB) --minutes 60 node build/test/kernel/guest/reflink-power-cuts.js full
	@UML_RELEASE=bookworm $(LAB) --minutes 60 node build/test/kernel/guest/families.js full
	@$(LAB) --minutes 60 node build/test/kernel/guest/life-crashes/kills.js full
	@$(LAB) --minutes 300 node build/test/kernel/guest/injected-errors.js full
	@$(LAB) --minutes 120 node build/test/kernel/guest/signals.js full
	@$(LAB) --minutes 60 node build/test/kernel/guest/power-cuts.js full
	@$(LAB) --minutes 900 node build/test/kernel/guest/pairs.js full
	@node build/test/vm-layer/libvirt.test.js full
	@VM_BOOTS=20 node build/test/vm-layer/initramfs-tools.test.js
	@VM_BOOTS=20 node build/test/vm-layer/dracut.test.js full
	@test/xen/run.sh vm-layer.sh

.PHONY: chaos
chaos: build build/.stamp needs ## Let random things happen to a host until something breaks: FILESYSTEM=ext4, xfs or btrfs, OPERATIONS=, SEED=, UML_RELEASE=bookworm for Linux 6.1: the last result is in docs/decisions/chaos.md
	@test/chaos/chaos.sh '$(FILESYSTEM)' '$(OPERATIONS)' '$(SEED)'

.PHONY: soak
soak: build build/.stamp needs ## Let a host live for HOURS= (24) of simulated time in one boot, and see that nothing it keeps becomes more: FILESYSTEM=xfs or btrfs for its clones, UML_RELEASE=bookworm for Linux 6.1: the last result is in docs/soak.md
	@$(LAB) --udev --minutes 240 node build/test/kernel/guest/soak.js '$(or $(HOURS),24)' '$(or $(FILESYSTEM),xfs)'

.PHONY: test-guards
test-guards: build build/.stamp needs ## Take each rule away in a copy, and see its tests fail (RULE= those that match): the last result is in docs/test-guards.md
	@node build/test/guards/run.js $(if $(RULE),'$(RULE)')

.PHONY: test-fresh
test-fresh: ## Try Debian 12 and 13 as they are when just installed, in folders of their own, as root: MACHINE= those of that name, WHOLE=1 all tests on each: the last result is in docs/test-fresh.md
	@test/needs.sh fresh
	@test/fresh/run.sh $(if $(MACHINE),'$(MACHINE)')

# In a copy of its own, with one processor.
.PHONY: test-mutants
test-mutants: $(MODULES) ## Change the pure modules a place at a time, and see their tests fail: the last result is in docs/test-mutants.md
	@stryker run test/mutants/stryker.json

.PHONY: demo
demo: build needs ## Show the main job on a real device-mapper kernel, in a page
	@$(LAB) test/demo/demo.sh '$(CURDIR)' $$(test -t 1 && [ -z "$$NO_COLOR" ] && [ "$$TERM" != dumb ] && echo colour)

# Scripts with the same command lines, to measure against.
BASELINE ?= $(CURDIR)/test/bench/baseline/block-snapshot
BASELINE_CREATE ?= $(CURDIR)/test/bench/baseline/create-snapshot
BASELINE_DESTROY ?= $(CURDIR)/test/bench/baseline/destroy-snapshot

.PHONY: bench
bench: build build/.stamp needs ## Measure, into docs/figures.txt and .svg: BASELINE=, BASELINE_CREATE=, BASELINE_DESTROY= name scripts to race
	@set -o pipefail; $(MAKE) --no-print-directory measure | tee docs/figures.txt
	@node build/test/bench/draw.js <docs/figures.txt >docs/figures.svg

.PHONY: measure
measure:
	@node build/test/bench/start-up.js
	@node build/test/bench/libvirt-hook.js
	@$(LAB) --minutes 60 node build/test/bench/devices.js $(BASELINE) $(BASELINE_CREATE) $(BASELINE_DESTROY)
	@$(LAB) --minutes 30 node build/test/bench/list.js
	@$(LAB) --minutes 20 node build/test/bench/merge.js
	@$(LAB) --minutes 20 node build/test/bench/direct-io.js
	@$(LAB) --minutes 20 node build/test/bench/reflink.js

.PHONY: bench-network
bench-network: build build/.stamp needs ## Measure 50 starts on a base that lies with a server, for docs/cluster.md
	@$(LAB) --minutes 20 node build/test/bench/network.js

.PHONY: bench-clones
bench-clones: build build/.stamp needs ## Measure both kinds of disks side by side, for the table in docs/reflink.md
	@$(LAB) --minutes 30 node build/test/bench/clone-writes.js

.PHONY: bench-templates
bench-templates: build build/.stamp needs ## Measure domain-xml against Python's Jinja2 and Bun, and live data against JSON
	@node build/test/bench/render.js
	@node build/test/bench/live-data.js dist/domain-xml

.PHONY: lint
lint: build/.stamp ## Check formatting, lint and types: those by the compiler, which builds the tests
	biome check

.PHONY: format
format: $(MODULES) ## Format the sources
	biome check --write

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf dist build .tap .fresh .fuzz $(SHIPPED)

.PHONY: distclean
distclean: clean ## Remove what npm has brought as well, and what is kept in ~/.cache/block-snapshot
	rm -rf node_modules
	@. tools/cache.sh && echo "rm -rf $$cache" && rm -rf "$$cache"

# DESTDIR, PREFIX and SYSCONFDIR, when they are given, are in the environment of what make starts.
.PHONY: install
install: build ## Install below PREFIX (/usr), where SYSCONFDIR is /etc; DESTDIR stands for the root
	@etc/install.sh install

.PHONY: uninstall
uninstall: ## Take away what make install has put there, and nothing else
	@etc/install.sh uninstall

.PHONY: install-vm
install-vm: ## Install the layer inside a VM, in the system that the VM boots (docs/vm-layer.md)
	@etc/install.sh install-vm

.PHONY: uninstall-vm
uninstall-vm: ## Take away what make install-vm has put there, and nothing else
	@etc/install.sh uninstall-vm

include tools/packages/packages.mk
include test/xen/xen.mk
