# The tests on a real Xen.
.PHONY: test-xen
test-xen: build build/.stamp .tap/plugins needs ## Run the tests on a real Xen with real VMs, in QEMU
	test/tap.sh 40 --timeout=0 build/test/xen/*.test.js

.PHONY: bench-xen
bench-xen: build needs ## Measure add and remove on a real Xen against the same work done in bash: BASELINE= names another script
	@$(if $(filter command line environment,$(origin BASELINE)),BASELINE='$(BASELINE)') test/xen/run.sh times.sh
