# Checks of the sources. Each one is cheap on a second run: clang-tidy looks at a file again only when it, one of its
# headers or .clang-tidy changed.

CXX_FILES = $(sort $(shell find tracker admin ngx_module tests tools examples bench -name node_modules -prune -o \
    \( -name '*.cpp' -o -name '*.h' \) -print 2>/dev/null))

# admin/boost_sources.cpp holds nothing of ours.
TIDY_SOURCES := $(filter-out admin/boost_sources.cpp,$(SOURCES))
TIDY_STAMPS := $(TIDY_SOURCES:%.cpp=$(BUILD)/lint/%.tidy)

TIDY_FLAGS := -std=c++20 -I. -Wall -Wextra '-DAGENT_SESSIONS_WEB_DIR="$(abspath build/web)"' \
    '-DAGENT_SESSIONS_CLIENT_DIR="$(abspath build/client)"'
NGINX_INCLUDES := $(foreach folder,core event event/modules os/unix http http/modules http/v2, \
    -isystem $(NGINX_SOURCE)/src/$(folder)) -isystem $(abspath $(BUILD))/nginx

.PHONY: lint
lint: ## check dependencies, source list, format and clang-tidy
	@$(INSTALL) build lint
	@$(MAKE) -k $(PARALLEL) check-dependencies check-sources check-openapi check-format tidy
	@echo "lint: no complaints"

.PHONY: check-dependencies check-sources
check-dependencies check-sources:
	@build-aux/$@ .

.PHONY: check-openapi
check-openapi: admin/web/node_modules/.package-lock.json
	@node admin/web/check_openapi.mjs

.PHONY: check-format
check-format:
	@$(if $(CXX_FILES),clang-format --dry-run -Werror --ferror-limit=1 $(CXX_FILES) || { echo '`make format` puts that right' >&2; exit 1; })

.PHONY: tidy
tidy: $(TIDY_STAMPS)
	@:

$(filter $(BUILD)/lint/ngx_module/%,$(filter-out $(BUILD)/lint/ngx_module/gateway/%,$(TIDY_STAMPS))): \
    TIDY_FLAGS += $(NGINX_INCLUDES)

$(BUILD)/lint/%.tidy: %.cpp .clang-tidy | $(NGINX_MAKEFILE) $(WEB_ASSETS)
	@mkdir -p $(@D)
	@$(CXX) $(TIDY_FLAGS) -MM -MP -MT $@ -MF $@.d $<
	@echo "clang-tidy $<"
	$(QUIET)clang-tidy --quiet $< -- $(TIDY_FLAGS) 2> >(grep -v 'warnings\? generated' >&2)
	@touch $@

-include $(TIDY_STAMPS:=.d)

.PHONY: format
format: ## apply clang-format
	@$(INSTALL) lint
	@$(if $(CXX_FILES),clang-format -i $(CXX_FILES))
