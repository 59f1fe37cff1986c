# A VM of the other kind: the processor's own virtualisation, and no device model. QEMU's emulation of that lets a guest
# crash at times, mostly while it measures its clock; that, and only that, is tried again.
folder=/var/lib/images/pvh
images $folder
stack=$folder/root.img:$folder/root-cow.img
before=$(hash_of $folder/root.img)
vm pvh pvh "block-snapshot:xvda:rw:$stack:$folder/vm1-cow.img"
sed -i "s/console=hvc0/& tsc_early_khz=$(clock)/" /run/pvh.cfg
starts() {
  local attempt faults
  for attempt in 1 2 3 4; do
    faults=$(triple_faults)
    start pvh && return 0
    [ "$(triple_faults)" -gt "$faults" ] || return 1
    stopped pvh && nothing_left || return 1
  done
  return 1
}
check 'a PVH guest starts' starts
check "it reads the template's bytes" equal "$(ask pvh hash xvda)" "$before"
check 'it stops' stop pvh
