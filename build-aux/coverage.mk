# Which lines of what needs no nginx are run by the tests: unit, multiprocess and the corpora of the fuzz targets, linked once
# more with sources that were compiled for gcov. What is too little: build-aux/coverage.json.

COVERAGE_BUILD := $(BUILD)/coverage
COVERAGE_OBJECTS := $(LIBRARY_SOURCES:%.cpp=$(COVERAGE_BUILD)/objects/%.o)
COVERAGE_SUITES := $(COVERAGE_BUILD)/unit $(COVERAGE_BUILD)/multiprocess
COVERAGE_CORPORA := $(FUZZ_TARGETS:%=$(COVERAGE_BUILD)/fuzz/%)

.PHONY: coverage
coverage: ## the lines of tracker/, admin/ and the gateway that unit, multiprocess and the fuzz corpora run; fails below its limits
	@$(INSTALL) build test coverage
	@$(MAKE) web-files
	@$(MAKE) $(PARALLEL) $(COVERAGE_SUITES) $(COVERAGE_CORPORA)
	@build-aux/coverage $(COVERAGE_BUILD)

# What is counted comes first: of the inline functions that several objects have, the linker takes the first.
$(COVERAGE_SUITES): $(COVERAGE_BUILD)/%: $(COVERAGE_OBJECTS)
$(COVERAGE_BUILD)/unit: $(call test_objects,unit)
$(COVERAGE_BUILD)/multiprocess: $(call test_objects,multiprocess)
$(COVERAGE_CORPORA): $(COVERAGE_BUILD)/fuzz/%: $(COVERAGE_OBJECTS) $(TEST_BUILD)/objects/tests/fuzz/targets/%.o \
    $(TEST_BUILD)/objects/tests/fuzz/replay.o $(FUZZ_SUPPORT:%.cpp=$(TEST_BUILD)/objects/%.o)

$(COVERAGE_SUITES) $(COVERAGE_CORPORA):
	@mkdir -p $(@D)
	@echo "link $@"
	$(QUIET)$(CXX) --coverage -o $@ $^ $(TEST_LIBS)

$(COVERAGE_BUILD)/objects/%.o: %.cpp build-aux/coverage.mk
	@mkdir -p $(@D)
	@echo "compile $< [coverage]"
	$(QUIET)$(CXX) $(TEST_CPPFLAGS) $(TEST_CXXFLAGS) -O0 --coverage -fprofile-update=atomic -c -o $@ $<

$(COVERAGE_BUILD)/objects/admin/assets.o: | $(WEB_ASSETS)

-include $(COVERAGE_OBJECTS:.o=.d)
