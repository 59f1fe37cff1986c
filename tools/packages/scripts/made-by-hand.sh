# refuse_beside PACKAGE TARGET : what make TARGET has put there is on record, and its uninstall would take the package's files for
# its own.
refuse_beside() {
  if [ -e "/usr/lib/$1/manifest" ]; then
    echo "$1: make $2 has put it on this machine: run make un$2 in its clone first" >&2
    exit 1
  fi
}
