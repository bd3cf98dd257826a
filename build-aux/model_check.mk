# The model check: the tracker's own sources, compiled with a word whose every access is a step of a search over all orders
# (tests/model_check/stand_in comes first among the folders of headers). A suite of `make test`; longer in `make soak`.

MODEL_BUILD := $(BUILD)/model_check
MODEL_PROGRAM := $(BUILD)/tests/model-check
MODEL_SOURCES := $(filter tracker/%,$(filter-out tracker/history/%,$(SOURCES))) $(sort $(wildcard tests/model_check/*.cpp))
MODEL_OBJECTS := $(MODEL_SOURCES:%.cpp=$(MODEL_BUILD)/%.o)
MODEL_CXXFLAGS := -std=c++20 -O1 -g -Wall -Wextra -Werror -Itests/model_check/stand_in -I. -MMD -MP
# The lock of the model's memory is the model's, too.
MODEL_LDFLAGS := $(foreach call,lock trylock unlock consistent,-Wl,--wrap=pthread_mutex_$(call))

$(MODEL_PROGRAM): $(MODEL_OBJECTS)
	@mkdir -p $(@D)
	@echo "link $@"
	$(QUIET)$(CXX) $(MODEL_LDFLAGS) -o $@ $^ -lgtest_main -lgtest -pthread

$(MODEL_BUILD)/%.o: %.cpp build-aux/model_check.mk
	@mkdir -p $(@D)
	@echo "compile $< [model]"
	$(QUIET)$(CXX) $(MODEL_CXXFLAGS) -c -o $@ $<

SUITES += model-check
TEST_SUITES += model-check
$(eval $(call suite_target,model-check))

prepare-model-check: $(MODEL_PROGRAM)
	@:

-include $(MODEL_OBJECTS:.o=.d)
