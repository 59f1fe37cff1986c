# libvirt: its hooks. They go into the folders for several hooks (libvirt 6.5 and later), where those of others stay.
SYSCONFDIR ?= /etc
LIBVIRT_HOOKS = $(DESTDIR)$(SYSCONFDIR)/libvirt/hooks
LIBVIRT_DRIVERS = qemu libxl
LIBVIRT_DAEMONS = libvirtd virtqemud virtxend

APPARMOR = $(DESTDIR)$(SYSCONFDIR)/apparmor.d
APPARMOR_RULE = $(PREFIX)/lib/block-snapshot/block-snapshot PUx,
# A package being built concerns no running system.
RELOAD_APPARMOR = if [ -z "$(DESTDIR)" ] && command -v apparmor_parser >/dev/null; then apparmor_parser -r $$profile; fi

install: install-libvirt-hooks
uninstall: uninstall-libvirt-hooks

.PHONY: install-libvirt-hooks
install-libvirt-hooks: build
	@for driver in $(LIBVIRT_DRIVERS); do \
		install -d $(LIBVIRT_HOOKS)/$$driver.d; \
		ln -sfn $(PREFIX)/lib/block-snapshot/block-snapshot $(LIBVIRT_HOOKS)/$$driver.d/block-snapshot-$$driver; \
	done
	@# AppArmor looks at the file behind the link, which the profiles of libvirt's daemons do not let them run: without
	@# this line no domain would start any more.
	@for daemon in $(LIBVIRT_DAEMONS); do \
		profile=$(APPARMOR)/usr.sbin.$$daemon; site=$(APPARMOR)/local/usr.sbin.$$daemon; \
		if [ -e $$profile ] && ! grep -qs '$(APPARMOR_RULE)' $$site; then \
			install -d $(APPARMOR)/local; \
			echo '$(APPARMOR_RULE)' >>$$site; \
			$(RELOAD_APPARMOR); \
		fi; \
	done

# The folders may be another package's, and may have hooks of others in them.
.PHONY: uninstall-libvirt-hooks
uninstall-libvirt-hooks:
	@for driver in $(LIBVIRT_DRIVERS); do \
		rm -f $(LIBVIRT_HOOKS)/$$driver.d/block-snapshot-$$driver; \
		if [ -d $(LIBVIRT_HOOKS)/$$driver.d ]; then rmdir --ignore-fail-on-non-empty $(LIBVIRT_HOOKS)/$$driver.d; fi; \
	done
	@for daemon in $(LIBVIRT_DAEMONS); do \
		profile=$(APPARMOR)/usr.sbin.$$daemon; site=$(APPARMOR)/local/usr.sbin.$$daemon; \
		if grep -qs '$(APPARMOR_RULE)' $$site; then \
			sed -i '\#^$(APPARMOR_RULE)$$#d' $$site; \
			$(RELOAD_APPARMOR); \
		fi; \
	done

.PHONY: needs-libvirt
needs-libvirt:
	@test/needs.sh libvirt

test-kernel: needs-libvirt
