# libvirt: its hooks. They go into the folders for several hooks (libvirt 6.5 and later), where those of others stay.
SYSCONFDIR ?= /etc
LIBVIRT_HOOKS = $(DESTDIR)$(SYSCONFDIR)/libvirt/hooks
LIBVIRT_DRIVERS = qemu libxl
APPARMOR = $(DESTDIR)$(SYSCONFDIR)/apparmor.d

install: install-libvirt-hooks
uninstall: uninstall-libvirt-hooks

.PHONY: install-libvirt-hooks
install-libvirt-hooks: build
	@for driver in $(LIBVIRT_DRIVERS); do \
		install -d $(LIBVIRT_HOOKS)/$$driver.d; \
		ln -sfn $(PREFIX)/lib/block-snapshot/block-snapshot $(LIBVIRT_HOOKS)/$$driver.d/block-snapshot-$$driver; \
	done
	@# AppArmor looks at the file behind the link, which libvirtd's profile does not know.
	@if [ -e $(APPARMOR)/usr.sbin.libvirtd ] && ! grep -qs block-snapshot $(APPARMOR)/local/usr.sbin.libvirtd; then \
		echo "AppArmor keeps libvirtd from running its hook: see \"AppArmor\" in docs/libvirt.md"; \
	fi

# The folders may be another package's, and may have hooks of others in them.
.PHONY: uninstall-libvirt-hooks
uninstall-libvirt-hooks:
	@for driver in $(LIBVIRT_DRIVERS); do \
		rm -f $(LIBVIRT_HOOKS)/$$driver.d/block-snapshot-$$driver; \
		if [ -d $(LIBVIRT_HOOKS)/$$driver.d ]; then rmdir --ignore-fail-on-non-empty $(LIBVIRT_HOOKS)/$$driver.d; fi; \
	done

.PHONY: needs-libvirt
needs-libvirt:
	@test/needs.sh libvirt

test-kernel: needs-libvirt
