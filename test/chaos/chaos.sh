#!/bin/bash
# Random stories of a host, others each time, until one does not end as it has to: chaos.sh [FILESYSTEM [OPERATIONS [SEED]]]
#   FILESYSTEM  ext4, xfs or btrfs; without it one after the other
#   OPERATIONS  how many in one boot; where it is given, or SEED is, there is one boot only
#   SEED        a number; what was seen with it is seen again
set -u
cd "$(dirname "$0")/../.."

filesystem=${1-} operations=${2-} seed=${3-}

# once FILESYSTEM SEED
once() {
  echo "# FILESYSTEM=$1 OPERATIONS=${operations:-1000} SEED=$2 ${UML_RELEASE:+UML_RELEASE=$UML_RELEASE }make chaos"
  test/kernel/lab/boot.sh --minutes 600 env WITHOUT="${WITHOUT-}" node build/test/kernel/guest/chaos.js "${operations:-1000}" "$2" "$1"
}

random() { od -An -N3 -tu4 /dev/urandom | tr -d ' '; }

if [ -n "$operations$seed" ]; then
  once "${filesystem:-ext4}" "${seed:-$(random)}"
  exit
fi
while :; do
  for each in ${filesystem:-ext4 xfs btrfs}; do once "$each" "$(random)" || exit; done
done
