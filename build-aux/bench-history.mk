# What the history costs an event loop: bench/history_pause.cpp, with the tracker as the module has it.
BENCH_HISTORY := $(BUILD)/bench/history_pause
BENCH_OBJECTS := $(patsubst %.cpp,$(BUILD)/bench/objects/%.o,$(filter tracker/%,$(SOURCES)) bench/history_pause.cpp)

.PHONY: bench-history
bench-history: ## measure the longest pause of an event loop for the history
	@$(INSTALL) build test
	@$(MAKE) $(PARALLEL) $(BENCH_HISTORY)
	@$(BENCH_HISTORY)

$(BENCH_HISTORY): $(BENCH_OBJECTS)
	@echo "link $@"
	$(QUIET)$(CXX) -o $@ $^ $(TEST_LIBS)

$(BUILD)/bench/objects/%.o: %.cpp build-aux/bench-history.mk
	@mkdir -p $(@D)
	@echo "compile $< [bench]"
	$(QUIET)$(CXX) -I. -std=c++20 -O2 -DNDEBUG -Wall -Wextra -Werror -MMD -MP -c -o $@ $<

-include $(BENCH_OBJECTS:.o=.d)
