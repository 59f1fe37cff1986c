# The other ways in which disks come and go.
folder=/var/lib/images/ways
images $folder
stack=$folder/root.img:$folder/root-cow.img
before=$(hash_of $folder/root.img)

vm four pv "block-snapshot:xvda:rw:$stack:$folder/vm1-cow.img" "block-snapshot:xvdb:rw:$stack:$folder/vm2-cow.img" \
  "block-snapshot:xvdc:rw:$stack:$folder/vm3-cow.img" "block-snapshot:xvdd:r:$stack"
check 'a guest with four disks at once starts, the last read-only and of one layer' start four
check 'it has them all' equal "$(ask four disks)" 'xvda xvdb xvdc xvdd '
check "its last disk shows the template's bytes" equal "$(ask four hash xvdd)" "$before"
check 'three disks of two layers and one of one make four devices' equal "$(devices)" 4

check 'block-attach gives a running guest one more disk' \
  xl block-attach four "script=block-snapshot,vdev=xvde,access=rw,target=$stack:$folder/vm4-cow.img"
sleep 1
check 'the guest reads it' equal "$(ask four hash xvde)" "$before"
detached() { xl block-detach four xvde && sleep 1 && equal "$(devices)" 4; }
check 'block-detach takes it away again, with its device' detached

powers_off() {
  echo '1 poweroff' >"$(cat /run/console-four)"
  stopped four
}
check 'the guest powers off by itself' powers_off
check 'its devices go with it' nothing_left

vm missing still "block-snapshot:xvda:rw:$stack:$folder/nowhere-cow.img"
reason() {
  local said
  said=$(xl create -q /run/missing.cfg 2>&1) && return 1
  echo "$said"
  grep -q "cow $folder/nowhere-cow.img does not exist: check the path" <<<"$said" && ! grep -qi 'undefined' <<<"$said"
}
check 'a missing image gives xl the one-line reason' reason
check 'nothing is left of it' nothing_left

# Killed as it makes the second layer: strace stands in for the hand.
mv /etc/xen/scripts/block-snapshot /etc/xen/scripts/the-real-one
cat >/etc/xen/scripts/block-snapshot <<'SCRIPT'
#!/bin/bash
if [ "$1" = remove ]; then exec -a block-snapshot /etc/xen/scripts/the-real-one remove; fi
ln -sfn "$(readlink -f /etc/xen/scripts/the-real-one)" /run/block-snapshot.link
mkdir -p /run/named && ln -sfn "$(readlink -f /etc/xen/scripts/the-real-one)" /run/named/block-snapshot
exec strace -qq -o /run/killed.trace -e trace=ioctl -e inject=ioctl:signal=KILL:when="$(cat /run/kill-at)" /run/named/block-snapshot "$1"
SCRIPT
chmod 755 /etc/xen/scripts/block-snapshot
vm killed still "block-snapshot:xvda:rw:$stack:$folder/vm1-cow.img"
killed() {
  echo "$1" >/run/kill-at
  xl create -q -p /run/killed.cfg >/run/killed.said 2>&1 && { xl destroy killed; echo 'it was not killed'; return 1; }
  grep -q 'SIGKILL' /run/killed.trace
}
echo 1000 >/run/kill-at
check 'a guest starts whose add is watched' start_paused killed
calls=$(grep -c '^ioctl' /run/killed.trace)
check "and stops (its add makes $calls ioctls)" stop killed
for call in $((calls - 12)) $((calls - 6)) "$calls"; do
  check "an add that is killed at its ioctl number $call fails the start of the guest" killed $call
  check "nothing is left of it (ioctl number $call)" nothing_left
done
mv -f /etc/xen/scripts/the-real-one /etc/xen/scripts/block-snapshot
check 'the guest starts when its script is not killed' start_paused killed
check "and has the template's bytes" equal "$(hash_of "$(node_of killed)")" "$before"
check 'both its layers take discards, which this kernel survives' \
  equal "$(uname -r | cut -d . -f 1-2) $(dmsetup table | grep -c ' P 256 1 discard_zeroes_cow$')" '6.1 2'
check 'and stops' stop killed
