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

# keep_from KIND FOLDER WHAT MAKE RELEASE... : has MAKE, given a release, make $work/image, of the first that can; it becomes FOLDER, of
# which others called KIND-… are of other versions. Ends the script with that folder's name; else why not is in $reason.
keep_from() {
  local kind=$1 folder=$2 what=$3 make=$4 release
  shift 4
  reason='there is no apt-get'
  for release; do
    command -v apt-get >/dev/null || return 0
    say "fetching $what of Debian $release into $folder (once)"
    if "$make" "$release" >"$work.log" 2>&1; then
      rm -f "$work.log"
      # Those of other versions may be in use at this moment.
      find "$cache" -maxdepth 1 -name "$kind-[0-9a-f]*" -mtime +7 -exec rm -rf {} +
      mv "$work/image" "$folder"
      echo "$folder"
      exit 0
    fi
    reason=$(why_not "$work.log")
    rm -f "$work.log"
  done
}

# unpack_with_dependencies RELEASE PACKAGE... : likewise, with all that they depend on; nothing is configured.
unpack_with_dependencies() {
  local release=$1 package
  shift
  rm -rf "$work"/*
  mkdir "$work/root"
  apt_of "$release" update && apt_of "$release" install --yes --no-install-recommends --download-only "$@" || return 1
  for package in "$work"/cache/archives/*.deb; do dpkg-deb -x "$package" "$work/root" || return 1; done
}
