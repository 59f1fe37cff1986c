# Packages of another release of Debian than the machine's, without root, and without touching the machine's apt. Sourced,
# after begin_in_cache of cache.sh, whose folder `work` they are put into. $architecture is said where it is another one.

# debian_mirror : the one that this machine uses.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/*$' ||
    { echo 'E: apt-get knows no mirror of Debian' >&2; return 1; }
}

# apt_of RELEASE ARGUMENT... : apt-get that knows this release alone.
apt_of() {
  local release=$1 mirror
  shift
  mirror=$(debian_mirror) || return 1
  mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
  : >"$work/state/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$work/sources"
  apt-get -q -o Dir::Etc::SourceList="$work/sources" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$work/state" \
    -o Dir::State::Status="$work/state/status" -o Dir::Cache="$work/cache" -o Acquire::Languages=none \
    ${architecture:+-o APT::Architecture="$architecture" -o APT::Architectures="$architecture"} \
    -o APT::Sandbox::User="$(id -un)" "$@"
}

# why_not LOG : what apt-get said first about what it could not do.
why_not() { grep -m 1 -E '^[EW]:' "$1" || tail -n 1 "$1"; }

# unpack_packages RELEASE PACKAGE... : their files, into $work/root. What was in $work before is gone.
unpack_packages() {
  local release=$1 package
  shift
  rm -rf "$work"/*
  mkdir "$work/packages" "$work/root"
  apt_of "$release" update && (cd "$work/packages" && apt_of "$release" download "$@") || return 1
  for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$work/root" || return 1; done
}
