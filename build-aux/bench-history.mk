# What the history costs: an event loop's longest pause, and bytes a row. With the tracker as the module has it.
BENCH_HISTORY := $(BUILD)/bench/history_pause $(BUILD)/bench/history_size
BENCH_TRACKER := $(patsubst %.cpp,$(BUILD)/bench/objects/%.o,$(filter tracker/%,$(SOURCES)))
BENCH_PROGRAMS := $(BENCH_HISTORY:$(BUILD)/%=$(BUILD)/bench/objects/%.o)

.PHONY: bench-history
bench-history: ## measure the longest pause of an event loop for the history, and bytes a row
	@$(INSTALL) build test
	@$(MAKE) $(PARALLEL) $(BENCH_HISTORY)
	@for program in $(BENCH_HISTORY); do $$program || exit 1; done

$(BENCH_HISTORY): $(BUILD)/bench/%: $(BUILD)/bench/objects/bench/%.o $(BENCH_TRACKER)
	@echo "link $@"
	$(QUIET)$(CXX) -o $@ $^ -lcrypto -lsqlite3 -ldate-tz -pthread

$(BUILD)/bench/objects/%.o: %.cpp build-aux/bench-history.mk
	@mkdir -p $(@D)
	@echo "compile $< [bench]"
	$(QUIET)$(CXX) -I. -std=c++20 -O2 -DNDEBUG -Wall -Wextra -Werror -MMD -MP -c -o $@ $<

-include $(BENCH_TRACKER:.o=.d) $(BENCH_PROGRAMS:.o=.d)
