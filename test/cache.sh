# What the labs fetch or build once, in a cache. Sourced by the scripts that do so.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/block-snapshot

# begin_in_cache FOLDER FILE LOCK : prints the folder and ends the script where the file is in there. Else it takes the lock,
# for several labs may want it at the same time, and the others find what the first has made; work is a folder to make it in.
begin_in_cache() {
  local attempt
  for attempt in before after; do
    if [ -s "$1/$2" ]; then
      echo "$1"
      exit 0
    fi
    [ "$attempt" = before ] || break
    mkdir -p "$cache"
    chmod 700 "$cache"
    exec 8>"$cache/$3"
    flock 8
  done
  work=$(mktemp -d "$cache/making.XXXXXX")
  trap 'rm -rf "$work"' EXIT
}
