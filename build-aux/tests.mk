# Tests. A suite joins `make test` with its first source: tests/NAME/**/*_test.cpp for the GoogleTest suites unit,
# multiprocess and e2e, *.test.mjs for the page, the browser, the tools of build-aux/ and the short form of the benchmark
# (bench/, the suite bench-short). Every .cpp below tests/NAME/ goes into $(BUILD)/tests/NAME, and so does tests/support/.
# SANITIZE=address,undefined builds all of that once more, elsewhere.
#
# The suites find the built module in AGENT_SESSIONS_MODULE. e2e-sanitized is e2e once more, with a module that has
# AddressSanitizer and UndefinedBehaviorSanitizer in it. fuzz-replay: see fuzz.mk.

ifdef SANITIZE
TEST_BUILD := $(BUILD)/sanitize
SANITIZE_FLAGS := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
else
TEST_BUILD := $(BUILD)/tests
endif

TEST_CPPFLAGS := -I. -DAGENT_SESSIONS_TEST_STEPS '-DAGENT_SESSIONS_WEB_DIR="build/web"' -MMD -MP
TEST_CXXFLAGS := -std=c++20 -O1 -g -Wall -Wextra -Werror -fno-gnu-unique $(SANITIZE_FLAGS)
TEST_LIBS := -lgmock_main -lgmock -lgtest -lcurl -lcrypto -lsqlite3 -ldate-tz -pthread

# All that needs no nginx. A library, so that a test links only what it uses.
TEST_LIBRARY := $(TEST_BUILD)/libagent_sessions.a
LIBRARY_SOURCES := $(filter tracker/% admin/% ngx_module/gateway/%,$(SOURCES))
LIBRARY_OBJECTS := $(LIBRARY_SOURCES:%.cpp=$(TEST_BUILD)/objects/%.o)

# What refuses calls to files stands between a process and its files, so only those that want it have it.
with_file_faults = $(if $(filter multiprocess,$(1)),tests/file_faults)
test_sources = $(sort $(shell find tests/$(1) tests/support $(with_file_faults) -name '*.cpp' 2>/dev/null))
test_objects = $(patsubst %.cpp,$(TEST_BUILD)/objects/%.o,$(call test_sources,$(1)))

GTEST_SUITES := $(foreach suite,unit multiprocess e2e, \
    $(if $(shell find tests/$(suite) -name '*_test.cpp' 2>/dev/null),$(suite)))
PAGE_TESTS := $(shell find admin/web -name node_modules -prune -o -name '*.test.*' -print 2>/dev/null)
BROWSER_TESTS := $(sort $(wildcard tests/browser/*.test.mjs))
BENCH_TESTS := $(wildcard bench/*.test.mjs)

SUITES := $(strip tools $(filter unit,$(GTEST_SUITES)) $(if $(filter unit,$(GTEST_SUITES)),unit-sanitized) fuzz-replay \
    $(filter-out unit,$(GTEST_SUITES)) $(if $(filter e2e,$(GTEST_SUITES)),e2e-sanitized) $(if $(PAGE_TESTS),page) \
    $(if $(BROWSER_TESTS),browser) $(if $(BENCH_TESTS),bench-short))

# What builds the whole module once more has a target of its own: make e2e-sanitized.
TEST_SUITES := $(filter-out e2e-sanitized,$(SUITES))

export AGENT_SESSIONS_MODULE := $(abspath $(MODULE))

.PHONY: test
test: build ## build and run every test
	@$(INSTALL) test
	@$(MAKE) $(PARALLEL) $(TEST_SUITES:%=prepare-%)
	@build-aux/run-tests $(BUILD)/tests $(TEST_SUITES)

# `make unit` and so on: one suite alone. GoogleTest's own variables choose the tests: GTEST_FILTER=Cookie* make unit
define suite_target
.PHONY: $(1) prepare-$(1)
$(1): $(if $(filter tools multiprocess e2e e2e-sanitized browser bench-short,$(1)),build)
	@$$(INSTALL) build test
	@$$(MAKE) $$(PARALLEL) prepare-$(1)
	@build-aux/run-tests $$(BUILD)/tests $(1)
endef
$(foreach suite,$(SUITES),$(eval $(call suite_target,$(suite))))

define gtest_binary
$(TEST_BUILD)/$(1): $(call test_objects,$(1)) $(TEST_LIBRARY)
	@echo "link $$@"
	$$(QUIET)$(CXX) $(SANITIZE_FLAGS) -o $$@ $$^ $(TEST_LIBS)

-include $(patsubst %.o,%.d,$(call test_objects,$(1)))
endef
$(foreach suite,$(GTEST_SUITES),$(eval $(call gtest_binary,$(suite))))

$(GTEST_SUITES:%=prepare-%): prepare-%: $(TEST_BUILD)/%
	@:

# The same for a whole nginx: preloaded.
PRELOADED := $(TEST_BUILD)/libfile_faults.so $(TEST_BUILD)/libfailing_new.so

$(TEST_BUILD)/libfile_faults.so: tests/file_faults/file_faults.cpp tests/file_faults/file_faults.h
$(TEST_BUILD)/libfailing_new.so: tests/failing_new/failing_new.cpp

$(PRELOADED): build-aux/tests.mk
	@mkdir -p $(@D)
	@echo "link $@"
	$(QUIET)$(CXX) -I. $(TEST_CXXFLAGS) -fPIC -shared -o $@ $(filter %.cpp,$^)

prepare-e2e: $(PRELOADED) $(BUILD)/check-segment tests/applications/express/node_modules/.package-lock.json

prepare-unit-sanitized:
	@$(MAKE) SANITIZE=address,undefined $(BUILD)/sanitize/unit

prepare-e2e-sanitized: prepare-e2e module-sanitized

prepare-page: admin/web/node_modules/.package-lock.json $(WEB_ASSETS)
	@:

prepare-browser: tests/browser/node_modules/.package-lock.json $(WEB_ASSETS)
	@:

prepare-tools:
	@:

prepare-bench-short: bench-programs
	@:

$(TEST_LIBRARY): $(LIBRARY_OBJECTS) build-aux/sources.list
	@rm -f $@
	$(QUIET)$(AR) rcs $@ $(LIBRARY_OBJECTS)

$(TEST_BUILD)/objects/%.o: %.cpp build-aux/tests.mk
	@mkdir -p $(@D)
	@echo "compile $<$(if $(SANITIZE), [$(SANITIZE)])"
	$(QUIET)$(CXX) $(TEST_CPPFLAGS) $(TEST_CXXFLAGS) -c -o $@ $<

$(TEST_BUILD)/objects/admin/assets.o: | $(WEB_ASSETS)

-include $(LIBRARY_OBJECTS:.o=.d)
