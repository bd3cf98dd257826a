# The long forms of the tests that kill processes and let disks fail; their short forms are part of `make test`.
# SEED=N chooses the random instants: a run that failed prints the one to repeat it with.

.PHONY: soak
soak: build ## the long tests: 200 kills of all of nginx, every call of a disk refused (about 20 minutes; SEED=N)
	@$(INSTALL) test
	@$(MAKE) $(PARALLEL) prepare-multiprocess prepare-e2e
	@SOAK=1 build-aux/run-tests $(BUILD)/tests soak-multiprocess soak-e2e
