# Targets that people and scripts use. How things are compiled: config, config.make, build-aux/*.mk.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# VERBOSE=1 shows the commands of the compiler.
QUIET := $(if $(VERBOSE),,@)

# As many jobs as there are processors, unless the caller chose (make -j1 build).
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

BUILD ?= build
NGINX_SOURCE ?= /usr/share/nginx/src

SOURCES := $(shell sed -e 's/\#.*//' build-aux/sources.list)
INSTALL := build-aux/install-packages

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "make SUITE          run one suite of the tests alone: $(SUITES)"

include build-aux/web.mk
include build-aux/module.mk
include build-aux/tests.mk
include build-aux/fuzz.mk
include build-aux/model_check.mk
include build-aux/threads.mk
include build-aux/prove.mk
include build-aux/coverage.mk
include build-aux/soak.mk
include build-aux/bench.mk
include build-aux/tools.mk
include build-aux/lint.mk
include build-aux/variants.mk

.PHONY: clean
clean: ## remove everything that was built
	rm -rf $(BUILD) admin/web/node_modules tests/browser/node_modules
