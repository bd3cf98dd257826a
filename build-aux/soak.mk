# The long forms of the tests that kill processes, damage segments, let disks fail and the power go off; their short forms
# are part of `make test`. Each part can be run alone: PARTS="kills power". The parts and their tests: build-aux/run-tests.
#
# SEED=N chooses the random instants: a run that failed prints the one to repeat it with. MINUTES=N is how long a part
# goes on that has no end of its own, RELOADS=N how often nginx is reloaded among a million sessions.

PARTS ?= model threads table races history disks attacks segments power kills reloads upgrades endurance

.PHONY: soak
soak: build ## the long tests of faults (about two hours; PARTS="kills power …" SEED=N MINUTES=N)
	@$(INSTALL) test
	@$(MAKE) $(PARALLEL) prepare-model-check prepare-unit-threads prepare-multiprocess prepare-e2e
	@SOAK=1 build-aux/run-tests $(BUILD)/tests $(PARTS:%=soak-%)
