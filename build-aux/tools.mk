# Programs for operators. They are linked with the very objects of the module that was built, so that both read the same
# layout.

CHECK_SEGMENT := $(BUILD)/check-segment

# The program's status says more than make's: 0 = sound, 1 = findings, 2 = can't be read.
.PHONY: check-segment
check-segment: build ## tell what is wrong in a zone's segment: FILE=/run/agent-sessions/NAME.segment
	@$(MAKE) $(CHECK_SEGMENT)
	@$(CHECK_SEGMENT) $(FILE)

$(CHECK_SEGMENT): $(BUILD)/tools/check_segment.o $(BENCH_LIBRARY)
	@echo "link $@"
	$(QUIET)$(CXX) -o $@ $^ $(BENCH_LIBS)

$(BUILD)/tools/%.o: tools/%.cpp build-aux/tools.mk
	@mkdir -p $(@D)
	@echo "compile $<"
	$(QUIET)$(CXX) $(BENCH_CXXFLAGS) -c -o $@ $<

-include $(BUILD)/tools/check_segment.d
