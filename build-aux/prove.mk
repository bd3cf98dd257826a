# Whether the tests notice what they are there for: see build-aux/prove-tests and tests/mutations.

# MUTATIONS="repair websocket e2e" tries those whose names have one of these words, and those of the suite.
MUTATIONS ?=

.PHONY: prove-tests
prove-tests: build ## break the sources on purpose in build/mutations, one way after the other: tests must fail (MUTATIONS="repair unit")
	@$(INSTALL) test
	@$(MAKE) $(PARALLEL) prepare-unit prepare-multiprocess prepare-e2e-sanitized prepare-model-check prepare-unit-threads
	@build-aux/prove-tests $(BUILD)/mutations $(MUTATIONS)
