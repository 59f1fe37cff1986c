# Targets explain themselves: `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

SOURCES := $(shell find src -name '*.ts' 2>/dev/null)

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | awk -F'\t' '{ printf "  make %-14s %s\n", $$1, $$2 }'

# What npm brings, exactly as the lock file says.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

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
