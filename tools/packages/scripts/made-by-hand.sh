# What make install has put there is on record, and its uninstall would take the package's files for its own.
refuse_beside_make_install() {
  if [ -e /usr/lib/block-snapshot/manifest ]; then
    echo 'block-snapshot: make install has put it on this machine: run make uninstall in its clone first' >&2
    exit 1
  fi
}
