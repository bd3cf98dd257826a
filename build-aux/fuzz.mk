# Fuzzing. Each .cpp of tests/fuzz/targets/ becomes two programs: one with libFuzzer in it (clang, `make fuzz`), and one that
# replays tests/fuzz/corpus/NAME, with whatever compiler the other tests have: the suite fuzz-replay of `make test`.

FUZZ_TARGETS := $(patsubst tests/fuzz/targets/%.cpp,%,$(sort $(wildcard tests/fuzz/targets/*.cpp)))
FUZZ_BUILD := $(BUILD)/fuzz
FUZZ_CXX ?= clang++
FUZZ_SANITIZERS := address,undefined
FUZZ_CXXFLAGS := -std=c++20 -O1 -g -Wall -Wextra -fno-sanitize-recover=all -fno-omit-frame-pointer

FUZZ_SECONDS ?= 60
# TARGETS="cookie token" feeds only those.
TARGETS ?= $(FUZZ_TARGETS)

fuzz_objects = $(patsubst %.cpp,$(FUZZ_BUILD)/objects/%.o,$(1))
FUZZ_LIBRARY := $(FUZZ_BUILD)/libagent_sessions.a
FUZZ_SUPPORT := $(wildcard tests/support/*.cpp)

.PHONY: fuzz
fuzz: ## feed made-up input to each target of tests/fuzz for FUZZ_SECONDS (60; SEED=N, TARGETS="cookie token")
	@$(INSTALL) build test fuzz
	@$(MAKE) web-files
	@$(MAKE) $(PARALLEL) $(TARGETS:%=$(FUZZ_BUILD)/%)
	@build-aux/run-fuzz $(FUZZ_BUILD) $(FUZZ_SECONDS) $(TARGETS)

$(FUZZ_TARGETS:%=$(FUZZ_BUILD)/%): $(FUZZ_BUILD)/%: \
    $(FUZZ_BUILD)/objects/tests/fuzz/targets/%.o $(call fuzz_objects,$(FUZZ_SUPPORT)) $(FUZZ_LIBRARY)
	@echo "link $@"
	$(QUIET)$(FUZZ_CXX) -fsanitize=fuzzer,$(FUZZ_SANITIZERS) -o $@ $^ -lcrypto -lsqlite3 -ldate-tz -pthread

$(FUZZ_LIBRARY): $(call fuzz_objects,$(LIBRARY_SOURCES)) build-aux/sources.list
	@rm -f $@
	$(QUIET)$(AR) rcs $@ $(filter %.o,$^)

$(FUZZ_BUILD)/objects/%.o: %.cpp build-aux/fuzz.mk
	@mkdir -p $(@D)
	@echo "compile $< [fuzz]"
	$(QUIET)$(FUZZ_CXX) $(TEST_CPPFLAGS) $(FUZZ_CXXFLAGS) -fsanitize=fuzzer-no-link,$(FUZZ_SANITIZERS) -c -o $@ $<

$(FUZZ_BUILD)/objects/admin/assets.o: | $(WEB_ASSETS)

# Below, TEST_BUILD is that of the sanitizers: see prepare-fuzz-replay.
$(FUZZ_TARGETS:%=$(TEST_BUILD)/fuzz/%): $(TEST_BUILD)/fuzz/%: $(TEST_BUILD)/objects/tests/fuzz/targets/%.o \
    $(TEST_BUILD)/objects/tests/fuzz/replay.o $(FUZZ_SUPPORT:%.cpp=$(TEST_BUILD)/objects/%.o) $(TEST_LIBRARY)
	@mkdir -p $(@D)
	@echo "link $@"
	$(QUIET)$(CXX) $(SANITIZE_FLAGS) -o $@ $^ $(TEST_LIBS)

prepare-fuzz-replay:
	@$(MAKE) SANITIZE=$(FUZZ_SANITIZERS) $(FUZZ_TARGETS:%=$(BUILD)/sanitize/fuzz/%)

-include $(patsubst %.o,%.d,$(call fuzz_objects,$(LIBRARY_SOURCES) $(FUZZ_SUPPORT) $(wildcard tests/fuzz/targets/*.cpp)))
-include $(patsubst %.cpp,$(TEST_BUILD)/objects/%.d,tests/fuzz/replay.cpp $(wildcard tests/fuzz/targets/*.cpp))
