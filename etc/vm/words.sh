# shellcheck shell=sh
# The words for wrap-root on the kernel's command line, each checked before anything is done: part of wrap-root.

# Whether the kernel's root= is dmroot; as everywhere, the last one counts.
asks_for_dmroot() {
  asked=
  set -f
  IFS= read -r command_line </proc/cmdline || :
  for word in $command_line; do
    case $word in root=*) asked=${word#root=} ;; esac
  done
  set +f
  [ "$asked" = /dev/mapper/dmroot ]
}

read_words() {
  root_disk=xvda volatile_disk=xvdc modules_disk= store= crypt=no swap=1024 swap_asked=no patience=30
  set -f
  for word in $command_line; do
    value=${word#*=}
    case $word in
    dmroot.root=*) root_disk=${value#/dev/} && check_disk "$word" "$root_disk" ;;
    dmroot.volatile=*) volatile_disk=${value#/dev/} && check_disk "$word" "$volatile_disk" ;;
    dmroot.modules=no) modules_disk=no ;;
    dmroot.modules=*) modules_disk=${value#/dev/} && check_disk "$word" "$modules_disk" ;;
    dmroot.store=thin | dmroot.store=snapshot | dmroot.store=zram) store=$value ;;
    dmroot.crypt=yes | dmroot.crypt=no) crypt=$value ;;
    dmroot.swap=*) check_size "$word" "$value" && swap=$mebibytes swap_asked=yes ;;
    dmroot.patience=*) check_seconds "$word" "$value" && patience=$value ;;
    dmroot.store=*) stop "$word on the kernel's command line: it has to be thin, snapshot or zram" ;;
    dmroot.crypt=*) stop "$word on the kernel's command line: it has to be yes or no" ;;
    dmroot.*) stop "$word on the kernel's command line is not known: there are dmroot.root=, volatile=, modules=, store=, crypt=, swap= and patience=" ;;
    esac
  done
  set +f
  [ "$root_disk" != "$volatile_disk" ] ||
    stop "root disk and volatile disk are both $root_disk: name two with dmroot.root= and dmroot.volatile= on the kernel's command line"
  # Xen's fourth disk is the modules' by custom; no other kind of disk has one.
  case $modules_disk$root_disk in xvd*) modules_disk=${modules_disk:-xvdd} ;; esac
}

check_disk() {
  case $2 in
  '' | *[!A-Za-z0-9_-]*) stop "$1 on the kernel's command line: it has to be a disk's name, as /dev/vda" ;;
  esac
}

check_seconds() {
  case $2 in
  '' | 0* | *[!0-9]* | ?????*) stop "$1 on the kernel's command line: it has to be a number of seconds, 1 to 9999" ;;
  esac
}

# check_size WORD VALUE : into $mebibytes, rounded up.
check_size() {
  number=${2%[KMGT]}
  case $number in
  0) ;;
  '' | 0* | *[!0-9]* | ?????????????*) stop "$1 on the kernel's command line: it has to be a size, as 512M or 2G, or 0" ;;
  esac
  case $2 in
  *K) mebibytes=$(((number + 1023) / 1024)) ;;
  *M) mebibytes=$number ;;
  *G) mebibytes=$((number * 1024)) ;;
  *T) mebibytes=$((number * 1048576)) ;;
  *) mebibytes=$(((number + 1048575) / 1048576)) ;;
  esac
}

# size_text MEBIBYTES : for people, into $text, in the words of `block-snapshot list`.
size_text() {
  tenths=$(($1 * 10)) text=MiB
  for larger in GiB TiB; do
    [ "$tenths" -lt 10240 ] || { tenths=$(((tenths + 512) / 1024)) && text=$larger; }
  done
  if [ "$tenths" -lt 1000 ]; then
    text="$((tenths / 10)).$((tenths % 10)) $text"
  else
    text="$(((tenths + 5) / 10)) $text"
  fi
}
