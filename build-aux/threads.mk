# The table under ThreadSanitizer: tests/threads and the tracker without its history, built once more. A suite of `make test`;
# longer in `make soak`.

THREADS_BUILD := $(BUILD)/threads
THREADS_PROGRAM := $(BUILD)/tests/unit-threads
THREADS_SOURCES := $(filter tracker/%,$(filter-out tracker/history/%,$(SOURCES))) $(sort $(wildcard tests/threads/*.cpp))
THREADS_OBJECTS := $(THREADS_SOURCES:%.cpp=$(THREADS_BUILD)/%.o)
# Fences are not understood, and need not be: what they order are atomic words.
THREADS_CXXFLAGS := -std=c++20 -O1 -g -Wall -Wextra -Werror -Wno-tsan -fsanitize=thread -fno-omit-frame-pointer -I. -MMD -MP

$(THREADS_PROGRAM): $(THREADS_OBJECTS)
	@mkdir -p $(@D)
	@echo "link $@"
	$(QUIET)$(CXX) -fsanitize=thread -o $@ $^ -lgtest_main -lgtest -pthread

$(THREADS_BUILD)/%.o: %.cpp build-aux/threads.mk
	@mkdir -p $(@D)
	@echo "compile $< [thread]"
	$(QUIET)$(CXX) $(THREADS_CXXFLAGS) -c -o $@ $<

SUITES += unit-threads
TEST_SUITES += unit-threads
$(eval $(call suite_target,unit-threads))

prepare-unit-threads: $(THREADS_PROGRAM)
	@:

-include $(THREADS_OBJECTS:.o=.d)
