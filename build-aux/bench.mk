# The benchmark. Its short form, `make bench-short`, is a suite of the tests: see tests.mk.
#
# Its own programs are linked with the very objects of the module that was built, so that what they measure is what runs.

BENCH_BUILD := $(BUILD)/bench
BENCH_SOURCES := $(sort $(wildcard bench/programs/*.cpp))
BENCH_OBJECTS := $(BENCH_SOURCES:bench/%.cpp=$(BENCH_BUILD)/%.o)
# Of one source each, whereas all of *_benchmark.cpp make one program, `parts`.
BENCH_PROGRAMS := $(patsubst bench/programs/%.cpp,$(BENCH_BUILD)/%,$(filter-out %_benchmark.cpp,$(BENCH_SOURCES)))
HISTORY_PROGRAMS := $(filter $(BENCH_BUILD)/history_%,$(BENCH_PROGRAMS))
BENCH_CXXFLAGS := -std=c++20 -O2 -g -Wall -Wextra -Werror -I. -MMD -MP

# nginx names an object after the last folder of its source.
module_object = $(BUILD)/nginx/addon/$(notdir $(patsubst %/,%,$(dir $(1))))/$(basename $(notdir $(1))).o
MODULE_LIBRARY_OBJECTS = $(foreach source,$(filter tracker/% admin/% ngx_module/gateway/%,$(SOURCES)),$(call module_object,$(source)))
BENCH_LIBRARY := $(BENCH_BUILD)/libagent_sessions.a
BENCH_LIBS := -lcrypto -lsqlite3 -ldate-tz -pthread

# A module that notes how long each piece of our work holds the event loop. Only what includes nginx's headers differs.
WATCHED_BUILD := $(BENCH_BUILD)/watched
WATCHED_MODULE := $(WATCHED_BUILD)/$(notdir $(MODULE))

# SECTIONS="throughput kinds" measures only those.
SECTIONS ?=

.PHONY: bench bench-quick bench-scale bench-history
bench: bench-prepared ## measure against nginx's own limit modules, Lua and HAProxy (20 minutes, on an idle machine)
	@node bench/run.mjs full $(SECTIONS)

bench-quick: bench-prepared ## the same with small tables and short rounds, to try the benchmark itself
	@node bench/run.mjs quick $(SECTIONS)

bench-scale: bench-prepared ## 10,000,000 sessions: build-up, listing, expiry, terminations, reload, restart
	@node bench/run.mjs scale $(SECTIONS)

bench-prepared: build
	@$(INSTALL) bench
	@$(MAKE) $(PARALLEL) bench-programs
	@$(MAKE) bench-watched

bench-history: build ## measure the longest pause of an event loop for the history, and bytes a row
	@$(INSTALL) test
	@$(MAKE) $(PARALLEL) $(HISTORY_PROGRAMS)
	@set -e; for program in $(HISTORY_PROGRAMS); do $$program; done

bench-publish: ## take the measured figures into docs/: tables, picture, JSON
	@node bench/publish.mjs

.PHONY: bench-publish bench-prepared bench-programs bench-watched
bench-programs: $(BENCH_PROGRAMS) $(BENCH_BUILD)/parts

$(BENCH_PROGRAMS): $(BENCH_BUILD)/%: $(BENCH_BUILD)/programs/%.o $(BENCH_LIBRARY)
	@echo "link $@"
	$(QUIET)$(CXX) -o $@ $^ $(BENCH_LIBS)

$(BENCH_BUILD)/parts: $(filter %_benchmark.o,$(BENCH_OBJECTS)) $(BENCH_LIBRARY)
	@echo "link $@"
	$(QUIET)$(CXX) -o $@ $^ -lbenchmark_main -lbenchmark $(BENCH_LIBS)

$(BENCH_LIBRARY): $(MODULE)
	@mkdir -p $(@D)
	@rm -f $@
	$(QUIET)$(AR) rcs $@ $(MODULE_LIBRARY_OBJECTS)

$(BENCH_BUILD)/programs/%.o: bench/programs/%.cpp build-aux/bench.mk
	@mkdir -p $(@D)
	@echo "compile $<"
	$(QUIET)$(CXX) $(BENCH_CXXFLAGS) -c -o $@ $<

-include $(BENCH_OBJECTS:.o=.d)

bench-watched: $(WATCHED_BUILD)/Makefile
	@$(MAKE) $(PARALLEL) $(if $(VERBOSE),,-s) -f $(abspath $(WATCHED_BUILD))/Makefile -C $(NGINX_SOURCE) modules
	@echo $(WATCHED_MODULE)

$(WATCHED_BUILD)/Makefile: $(MODULE) build-aux/bench.mk
	@rm -rf $(@D) && mkdir -p $(@D)
	@cp -pr $(BUILD)/nginx/. $(@D)
	@rm -f $(@D)/addon/ngx_module/*.o $(@D)/Makefile
	@build-aux/configure-nginx $(NGINX_SOURCE) $(@D) -DAGENT_SESSIONS_WATCH_SLICES

.PHONY: bench-baseline
bench-baseline: build ## count the instructions a request anew and write bench/baseline.json
	@$(INSTALL) test
	@AGENT_SESSIONS_WRITE_BASELINE=1 build-aux/run-tests $(BUILD)/tests bench-short
