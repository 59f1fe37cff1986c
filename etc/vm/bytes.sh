# shellcheck shell=sh
# What wrap-root writes on the volatile disk, as formats for printf, in $bytes: part of wrap-root.

# nul COUNT
nul() {
  bytes= some='\000' count=$1
  while [ "$count" != 0 ]; do
    [ $((count & 1)) = 0 ] || bytes=$bytes$some
    some=$some$some count=$((count >> 1))
  done
}

# begin_empty DEVICE : its first 4 KiB become zeros, on the device itself. device-mapper reads it past the cache, and where somebody else
# has it open at that moment, as udev has that looks at each device, they stay in the cache when we close it.
begin_empty() {
  nul 4096
  printf "$bytes" 1<>"$1" && blockdev --flushbufs "$1"
}

# word NUMBER : its four bytes, the lowest first
word() {
  bytes=
  for shift in 0 8 16 24; do
    byte=$(($1 >> shift & 255))
    bytes=$bytes\\$((byte >> 6))$((byte >> 3 & 7))$((byte & 7))
  done
}

# A partition table of the old kind (MBR): it takes one block, and every system reads it.
partition_table() {
  nul 440
  table=$bytes'\144\155\162\164\000\000'
  for place in 1 2 3 4; do
    case $place in
    1) entry '\202' 1 "$swap" ;;
    "$number") entry '\203' $((1 + swap)) "$rest" ;;
    *) nul 16 ;;
    esac
    table=$table$bytes
  done
  bytes=$table'\125\252'
}
# entry TYPE START LENGTH : in MiB
entry() {
  [ "$3" != 0 ] || { nul 16 && return; }
  entry='\000\376\377\377'$1'\376\377\377'
  word $(($2 * per_mebibyte))
  entry=$entry$bytes
  word $(($3 * per_mebibyte))
  bytes=$entry$bytes
}

# The first page (4 KiB) of a swap area.
swap_header() {
  nul 1024
  header=$bytes'\001\000\000\000'
  word $((swap * 256 - 1))
  header=$header$bytes
  nul 3054
  bytes=$header$bytes'SWAPSPACE2'
}
