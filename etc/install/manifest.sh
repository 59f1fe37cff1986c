# shellcheck shell=bash
# The record of what is ours: part of etc/install.sh.

# The manifest: "KIND PLACE" to values, each with a space behind it. Kinds besides file and link: kept (there is a
# .distrib of ours), shifted (by numbers, the .distrib that were there before it), returned (it is coming back or has
# done so), line and made (our line, in a file of others or of ours), folder.
declare -A recorded=()
had_manifest=
read_manifest() {
  local first kind value place
  there "$manifest" || return 0
  {
    IFS= read -r first || :
    [ "$first" = "$HEADER" ] || fail "$root$manifest is not ours: move it away, nothing can be told without"
    while read -r kind value place; do recorded[$kind $place]+="$value "; done
  } <"$root$manifest"
  had_manifest=yes
}
write_manifest() {
  local key value
  stage "$library"
  echo "$HEADER" >"$staging/new"
  for key in "${!recorded[@]}"; do
    for value in ${recorded[$key]}; do echo "${key%% *} $value ${key#* }"; done
  done | sort >>"$staging/new"
  move "$manifest"
}
add() { [[ " ${recorded[$1]:-}" == *" $2 "* ]] || recorded[$1]+="$2 "; }
# note KIND VALUE PLACE, before it is done: a line at the end, which is read like the others.
note() {
  add "$1 $3" "$2"
  echo "$1 $2 $3" >>"$root$manifest"
}
