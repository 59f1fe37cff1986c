# Targets explain themselves: `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

VERSION := $(shell sed -n 's/^ *"version": "\(.*\)",/\1/p' package.json)
SOURCES := $(shell find src -name '*.ts')
ADDON_SOURCES := $(wildcard src/native/addon/*.c)
ADDON_HEADERS := $(wildcard src/native/addon/*.h)

# Compiler and runtime in one. The baseline build needs no AVX2, which older processors do not have.
BUN := node_modules/@oven/bun-linux-x64-baseline/bin/bun

# The names that the executable answers to besides its own.
LINKS := block-origin create-snapshot destroy-snapshot

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | awk -F'\t' '{ printf "  make %-14s %s\n", $$1, $$2 }'

# What npm brings, exactly as the lock file says.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

# The addon: libdevmapper and a few ioctls as JavaScript functions (Node-API, so that Node and Bun load the same file).
dist/block-snapshot.node: $(ADDON_SOURCES) $(ADDON_HEADERS) | node_modules/.package-lock.json
	@mkdir -p dist
	$(CC) -std=gnu17 -shared -fPIC -O2 -Wall -Wextra -Werror -fvisibility=hidden -Wl,-z,relro \
		-Inode_modules/node-api-headers/include $(CFLAGS) -o $@ $(ADDON_SOURCES) $(LDFLAGS) -ldevmapper

# Never strip it: the program lies behind the runtime in the same file, and strip would drop it.
dist/block-snapshot: $(SOURCES) package.json Makefile node_modules/.package-lock.json
	@mkdir -p dist
	$(BUN) build src/main.ts --compile --target=bun --minify --bytecode --splitting --format=esm \
		--no-compile-autoload-dotenv --no-compile-autoload-bunfig \
		--no-compile-autoload-tsconfig --no-compile-autoload-package-json \
		--define BUILD_VERSION='"$(VERSION)"' --outfile $@

$(LINKS:%=dist/%): dist/block-snapshot
	ln -sfn block-snapshot $@

.PHONY: build
build: dist/block-snapshot dist/block-snapshot.node $(LINKS:%=dist/%) ## Build the executable and the addon into dist/

.PHONY: lint
lint: node_modules/.package-lock.json ## Check formatting, lint and types
	biome check
	tsc --noEmit

.PHONY: format
format: node_modules/.package-lock.json ## Format the sources
	biome check --write

.PHONY: build-tests
build-tests: node_modules/.package-lock.json
	rm -rf build
	tsc

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf dist build .tap
