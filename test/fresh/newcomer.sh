#!/bin/bash
# What a newcomer does on a fresh machine, in there: newcomer.sh WHO PLACE HOME COMMAND
#   WHO      root, or a user who is made
#   PLACE    where the clone goes
#   HOME     yes, or no: the variable is not set
#   COMMAND  given to a shell in the clone
# Exit status: the command's.
set -eu
who=$1 place=$2 home=$3 command=$4
[ "$who" = root ] || id "$who" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$who"
mkdir -p "$place"
chown "$who": "$place"
as_who() {
  if [ "$who" = root ]; then HOME=/root "$@"; else setpriv --reuid="$who" --regid="$who" --init-groups env HOME="/home/$who" "$@"; fi
}
# What is cloned belongs to somebody else.
git config --system safe.directory '*'
as_who git clone -q /clone "$place"
cd "$place"
# Without HOME git and npm look into the user's record as well.
# shellcheck disable=SC2016
as_who bash -c '[ "$1" = yes ] || unset HOME; eval "$2"' newcomer "$home" "$command"
