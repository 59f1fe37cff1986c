# What the labs fetch or build once, in a cache. Sourced by the scripts that do so.
home=${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}
cache=${XDG_CACHE_HOME:-${home:-/nonexistent}/.cache}/block-snapshot

# Prints the folder and ends the script where the file is in there.
end_when_cached() {
  [ -s "$1/$2" ] || return 0
  echo "$1"
  exit 0
}

# For files of many owners: whoever is not root begins the script anew in a user namespace, where he is, and has others. The script
# says what it says by its own function say.
begin_as_root() {
  [ "$(id -u)" != 0 ] || return 0
  local reason script=${BASH_SOURCE[1]} as_root=(unshare --map-root-user --map-auto --mount)
  reason=$("${as_root[@]}" true 2>&1) ||
    { say "whoever is not root needs a user namespace and numbers in /etc/subuid and /etc/subgid ($reason): run this once as root, with XDG_CACHE_HOME=${cache%/*}: $script" && exit 1; }
  exec "${as_root[@]}" env XDG_CACHE_HOME="${cache%/*}" "$script"
}

# begin_in_cache FOLDER FILE LOCK : for what is not there yet; work is a folder to make it in. Several labs may want it at
# the same time: the others find what the first has made.
begin_in_cache() {
  end_when_cached "$1" "$2"
  if ! mkdir -p "$cache" 2>/dev/null || ! chmod 700 "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
    echo "make: what is fetched cannot be kept in $cache: say with XDG_CACHE_HOME= where it can" >&2
    exit 1
  fi
  exec 8>"$cache/$3"
  flock 8
  end_when_cached "$1" "$2"
  work=$(mktemp -d "$cache/making.XXXXXX")
  trap 'rm -rf "$work"' EXIT
}
