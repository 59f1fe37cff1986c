# The profiles of libvirt's daemons do not let them run what a link in /etc/libvirt/hooks leads to: a line in the files that
# the profiles leave to the administrator does. Also where no profile is yet: one that comes later reads it.
apparmor_rule='/usr/lib/block-snapshot/block-snapshot PUx,'
load_profile() {
  if [ -e "/etc/apparmor.d/$1" ] && command -v apparmor_parser >/dev/null &&
    [ "$(cat /sys/module/apparmor/parameters/enabled 2>&1)" = Y ]; then
    apparmor_parser -r "/etc/apparmor.d/$1" ||
      echo "block-snapshot: AppArmor has not loaded /etc/apparmor.d/$1: do it with apparmor_parser -r" >&2
  fi
}
# At the top, so that a last line without an end stays as it is.
put_apparmor_line() {
  mkdir -p /etc/apparmor.d/local
  for profile in usr.sbin.libvirtd usr.sbin.virtqemud usr.sbin.virtxend; do
    site=/etc/apparmor.d/local/$profile
    if [ -e "$site" ] && grep -qxF "$apparmor_rule" "$site"; then continue; fi
    if [ -e "$site" ]; then
      cp -p "$site" "$site.block-snapshot-new"
      { echo "$apparmor_rule" && cat "$site"; } >"$site.block-snapshot-new"
    else
      echo "$apparmor_rule" >"$site.block-snapshot-new"
    fi
    mv -f "$site.block-snapshot-new" "$site"
    load_profile "$profile"
  done
}
# A file that has nothing else, and whose profile is not there, was made for the line.
take_apparmor_line() {
  for profile in usr.sbin.libvirtd usr.sbin.virtqemud usr.sbin.virtxend; do
    site=/etc/apparmor.d/local/$profile
    if [ ! -e "$site" ] || ! grep -qxF "$apparmor_rule" "$site"; then continue; fi
    cp -p "$site" "$site.block-snapshot-new"
    sed "\\#^$apparmor_rule\$#d" "$site" >"$site.block-snapshot-new"
    if [ -s "$site.block-snapshot-new" ] || [ -e "/etc/apparmor.d/$profile" ]; then
      mv -f "$site.block-snapshot-new" "$site"
      load_profile "$profile"
    else
      rm "$site" "$site.block-snapshot-new"
    fi
  done
  for folder in /etc/apparmor.d/local /etc/apparmor.d; do
    if [ -d "$folder" ]; then rmdir --ignore-fail-on-non-empty "$folder"; fi
  done
}
