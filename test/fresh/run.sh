#!/bin/bash
# Tries the project on machines that have just been installed: Debian 12 and 13, minimal, in folders of their own (as root).
#   run.sh [NAME]   NAME: a part of the names of the machines to try (test/fresh/machines); without, all
#   WHOLE=1         runs whole `make test` where the chosen tests run otherwise: half an hour and more for each
#   FRESH_FOLDER=   keeps the Debians there for the next call, which takes them as they are
# What came out is printed as a table, and kept in .fresh with all that was said. Exit status 1 where any is not as it should be.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
. "$project/tools/cache.sh"
. "$project/tools/debian-packages.sh"
chosen=${1-}
[ "$(id -u)" = 0 ] || { echo 'make: machines of their own are made by root alone: run this as root' >&2; exit 1; }

if [ -n "${FRESH_FOLDER-}" ]; then
  mkdir -p "$FRESH_FOLDER"
  work=$(realpath "$FRESH_FOLDER")
  exec 8>"$work/lock"
  flock -n 8 || { echo "make: another make test-fresh has $work" >&2; exit 1; }
  trap 'rm -rf "$work/machine" "$work/clone"' EXIT
else
  work=$(mktemp -d /var/tmp/block-snapshot-fresh.XXXXXX)
  trap 'rm -rf "$work"' EXIT
fi
trap 'exit 130' INT TERM HUP
kept=$project/.fresh
[ -n "$chosen" ] || rm -rf "$kept"
mkdir -p "$kept" "$work/archives" "$work/certificates"
rm -rf "$work/machine" "$work/clone"
git clone -q --bare "$project" "$work/clone"

# How this machine reaches packages is how those do: its mirror, its proxies, what it trusts.
mirror=$(debian_mirror)
cp /usr/local/share/ca-certificates/*.crt "$work/certificates/" 2>/dev/null || :
apt-config dump | grep -E '^Acquire::(Check-|https?::Proxy )' >"$work/apt.conf" || :

# base RELEASE : a minimal Debian of that name, once.
base() {
  local folder=$work/base-$1
  [ -d "$folder" ] || {
    rm -rf "$work/base.tmp"
    mmdebstrap --quiet --variant=minbase --include=git,make --dpkgopt=force-unsafe-io "$1" "$work/base.tmp" "$mirror" >&2
    cp "$work/apt.conf" "$work/base.tmp/etc/apt/apt.conf.d/90machine"
    cp /etc/resolv.conf "$work/base.tmp/etc/"
    mkdir -p "$work/base.tmp/usr/local/share/ca-certificates" "$work/base.tmp/clone" "$work/base.tmp/fresh"
    cp "$work"/certificates/* "$work/base.tmp/usr/local/share/ca-certificates/" 2>/dev/null || :
    mv "$work/base.tmp" "$folder"
  }
}

on_machine() {
  "$here/machine.sh" --bind "$work/clone:/clone" --bind "$here:/fresh" --bind "$work/archives:/var/cache/apt/archives" "$@"
}

# ready RELEASE : what is laid over it, where all that README and the refusals name is installed by the very commands they give.
ready() {
  local over=$work/ready-$1
  [ ! -e "$over/done" ] || return 0
  rm -rf "$over"
  make_ready "$1" "$over" >"$kept/ready-$1.log" 2>&1 || { echo "make: Debian $1 cannot be made ready: see .fresh/ready-$1.log" >&2; exit 1; }
  touch "$over/done"
}

make_ready() {
  local there=("$work/base-$1" "$2") said
  on_machine "${there[@]}" bash -c 'apt-get -q update && apt-get -q install -y --no-install-recommends npm ca-certificates' || return 1
  [ "$1" != bookworm ] || on_machine "${there[@]}" npm install --global node@20 || return 1
  said=$(on_machine "${there[@]}" /fresh/newcomer.sh newcomer /srv/first yes 'test/needs.sh node build kernel templates libvirt manuals memory vm xen' 2>&1) || :
  echo "$said"
  [[ $said == *'as root: apt-get install '* ]] || return 1
  on_machine "${there[@]}" bash -c "DEBIAN_FRONTEND=noninteractive ${said##*as root: } -y -q"
}

# What has been fetched before a refusal, in a clone or a home.
fetched() { find "$1"/written \( -name node_modules -o -name .npm -o -name 'uml-[0-9a-f]*' -o -name 'engine-[0-9a-f]*' \) -prune -print | grep -v "$2" || :; }

core='for file in test/domain-xml/folders.test.ts test/domain-xml/live-executable.test.ts test/jinja/grammar.test.ts test/kernel/list.test.ts; do make check FILE=$file || exit 1; done'
called='the chosen tests'
[ -z "${WHOLE-}" ] || core='make test' called='make test'

failed=()
table=$kept/table.md
printf '%s\n' '| machine | what a newcomer does | how it ended |' '| --- | --- | --- |' | tee "$table"
while IFS='|' read -r name release packages who place options home command wanted; do
  [[ $name != \#* && $name == *"$chosen"* ]] || continue
  base "$release"
  lower=$work/base-$release
  if [ "$packages" = ready ]; then
    ready "$release"
    lower=$work/ready-$release/written:$lower
  fi
  over=$work/machine log=$kept/$name.log status=0
  [ "$command" != tests ] || command="make demo && $core"
  # shellcheck disable=SC2086
  on_machine $options "$lower" "$over" /fresh/newcomer.sh "$who" "$place" "$home" "$command" </dev/null >"$log" 2>&1 || status=$?
  if [ "$wanted" = passes ]; then
    [ "$status" = 0 ] && end=passed || end="FAILED: exit status $status"
  else
    # One line of ours, besides what make says of its targets and what is about to be fetched.
    lines=$(grep -vE '^make(\[[0-9]+\])?: (\*\*\*|Leaving|Entering)|^(test|tools)/[a-z-]+\.sh|^CC=.* tools/engine|\(once\)$' "$log" || :)
    if [ "$status" != 0 ] && [[ $lines =~ $wanted ]] && [ "$(wc -l <<<"$lines")" = 1 ] && [ -z "$(fetched "$over" /clone)" ]; then
      end="refused: \`$lines\`"
    else
      end="FAILED: exit status $status, not one line, not that line, or something was fetched before"
    fi
  fi
  [[ $end != FAILED* ]] || failed+=("$name")
  echo "| $name | ${command/"$core"/$called} | $end |" | tee -a "$table"
  rm -rf "$over"
done <"$here/machines"

[ ${#failed[@]} = 0 ] || { echo "make: not as it should be (.fresh/NAME.log has all that was said): ${failed[*]}" >&2; exit 1; }
