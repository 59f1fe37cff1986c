# Packages of Debian and of Fedora, and their tests.
.PHONY: deb
deb: build needs ## Make Debian's packages, into dist/packages: PACKAGE_REVISION=, DEBFULLNAME=, DEBEMAIL= as docs/packages.md says
	@tools/packages/deb.sh

.PHONY: rpm
rpm: build needs ## Make rpm's packages for Fedora and its relatives, likewise
	@tools/packages/rpm.sh

.PHONY: test-packages
test-packages: build needs ## Make the packages twice, and install, upgrade, remove and purge them in Debian 12 and 13 and in a root of rpm's: the last result is in docs/packages.md
	@test/packages/run.sh
