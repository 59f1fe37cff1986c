# shellcheck shell=bash
# Our line in the files that AppArmor's profiles leave to the administrator: part of etc/install.sh.

# A package that is being built concerns no running system.
load_profile() {
  local profile=$root/etc/apparmor.d/${1##*/}
  if [ -z "$root" ] && [ -e "$profile" ] && [ "$(cat "$root/sys/module/apparmor/parameters/enabled" 2>&1)" = Y ] &&
    command -v apparmor_parser >/dev/null; then
    apparmor_parser -r "$profile" || echo "AppArmor has not loaded $profile: do it with apparmor_parser -r" >&2
  fi
}
# At the top, so that a last line without an end stays as it is.
put_line() {
  local site=$root$1
  if [ -L "$site" ] || { [ -e "$site" ] && [ ! -f "$site" ]; }; then
    echo "$site is no plain file: the line '$apparmor_rule' has to be put there by hand"
    return
  fi
  if [ -e "$site" ] && grep -qxF "$apparmor_rule" "$site"; then return; fi
  if [ -e "$site" ]; then note line - "$1"; else note made - "$1"; fi
  stage "${1%/*}"
  if [ -e "$site" ]; then cp -a "$site" "$staging/new"; fi
  echo "$apparmor_rule" >"$staging/new"
  if [ -e "$site" ]; then cat "$site" >>"$staging/new"; fi
  move "$1"
  load_profile "$1"
}
take_line() {
  local site=$root$1 pattern
  [ -n "${recorded[line $1]:-}${recorded[made $1]:-}" ] && [ -f "$site" ] && [ ! -L "$site" ] || return 0
  grep -qxF "$apparmor_rule" "$site" || return 0
  pattern="\\#^${apparmor_rule//./\\.}\$#"
  stage "${1%/*}"
  cp -a "$site" "$staging/new"
  sed "0,$pattern{${pattern}d}" "$site" >"$staging/new"
  if [ -n "${recorded[made $1]:-}" ] && [ ! -s "$staging/new" ]; then
    rm "$site" "$staging/new"
  else
    move "$1"
  fi
  load_profile "$1"
}
