# Xen: what goes into /etc/xen/scripts, and the tests on a real Xen.
SYSCONFDIR ?= /etc
XEN_SCRIPTS = $(DESTDIR)$(SYSCONFDIR)/xen/scripts
TMPFILES = $(DESTDIR)$(PREFIX)/lib/tmpfiles.d

install: install-hotplug
uninstall: uninstall-hotplug

# hotplug/ holds links to the executable: the name that libxl calls one by tells which type of device it wants. A
# script of another package is kept beside ours, and comes back with make uninstall.
.PHONY: install-hotplug
install-hotplug: build
	install -d $(XEN_SCRIPTS) $(TMPFILES)
	install -m 644 etc/tmpfiles/block-snapshot.conf $(TMPFILES)/block-snapshot.conf
	for link in hotplug/*; do \
		file=$(XEN_SCRIPTS)/$${link##*/}; \
		if [ -e "$$file" ] && [ ! -L "$$file" ]; then mv "$$file" "$$file.distrib"; fi; \
		ln -sfn $(PREFIX)/lib/block-snapshot/block-snapshot "$$file"; \
	done

.PHONY: uninstall-hotplug
uninstall-hotplug:
	rm -f $(TMPFILES)/block-snapshot.conf
	for link in hotplug/*; do \
		file=$(XEN_SCRIPTS)/$${link##*/}; \
		rm -f "$$file"; \
		if [ -e "$$file.distrib" ]; then mv "$$file.distrib" "$$file"; fi; \
	done

.PHONY: test-xen
test-xen: build build/.stamp .tap/plugins needs-xen ## Run the tests on a real Xen with real VMs, in QEMU
	tap --timeout=0 build/test/xen/*.test.js

.PHONY: bench-xen
bench-xen: build needs-xen ## Measure add and remove on a real Xen against the same work done in bash
	@test/xen/run.sh times.sh
