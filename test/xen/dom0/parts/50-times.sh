# Whole-process times of add and remove against the same work done in bash, in this boot.
folder=/var/lib/images/times
images $folder
stack=$folder/root.img:$folder/root-cow.img
rounds=7

# call SCRIPT COMMAND DOMAIN : as libxl calls it; prints the milliseconds it took.
call() {
  local began=$EPOCHREALTIME ended
  XENBUS_TYPE=vbd XENBUS_PATH=backend/vbd/$3/51712 XENBUS_BASE_PATH=backend "$1" "$2" </dev/null 2>>/results/times.errors ||
    echo "$1 $2: exit $?" >>/results/times.errors
  ended=$EPOCHREALTIME
  awk "BEGIN { printf \"%.1f\\n\", ($ended - $began) * 1000 }"
}
backend() {
  xenstore-write "/local/domain/0/backend/vbd/$1/51712/params" "$stack:$folder/vm$2-cow.img" \
    "/local/domain/0/backend/vbd/$1/51712/mode" w
}
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

cp /lab/bash-script /etc/xen/scripts/bash-script
race() {
  local round cold='' existing='' remove=''
  for ((round = 0; round < rounds; round++)); do
    backend 900 1
    backend 901 2
    backend 902 1
    cold+=$(call "$1" add 900)$'\n'
    # The same disk for a second domain, as a stub domain has it: everything is there.
    existing+=$(call "$1" add 902)$'\n'
    call "$1" remove 902 >/dev/null
    remove+=$(call "$1" remove 900)$'\n'
    xenstore-rm /local/domain/0/backend/vbd/900 /local/domain/0/backend/vbd/901 /local/domain/0/backend/vbd/902
    losetup -D
  done
  echo "$(median <<<"${cold%$'\n'}") $(median <<<"${existing%$'\n'}") $(median <<<"${remove%$'\n'}")"
}
read -r our_cold our_existing our_remove <<<"$(race /etc/xen/scripts/block-snapshot)"
read -r bash_cold bash_existing bash_remove <<<"$(race /etc/xen/scripts/bash-script)"

# faster NAME TIMES OURS THEIRS
faster() {
  check "$1 is at least $2 times faster than in bash: $3 ms against $4 ms" \
    awk "BEGIN { exit !($4 >= $2 * $3 && $3 > 0) }"
}
faster 'add of a new device' 4 "$our_cold" "$bash_cold"
faster 'add of a device that exists' 4 "$our_existing" "$bash_existing"
faster 'remove' 3 "$our_remove" "$bash_remove"
check 'no call of either failed' equal "$(cat /results/times.errors)" ''
