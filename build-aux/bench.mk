# The benchmark. Its short form, `make bench-short`, is a suite of the tests: see tests.mk.

.PHONY: bench-baseline
bench-baseline: build ## count the instructions a request anew and write bench/baseline.json
	@$(INSTALL) test
	@AGENT_SESSIONS_WRITE_BASELINE=1 build-aux/run-tests $(BUILD)/tests bench-short
