# shellcheck shell=bash
# What completion is made of; that each script has it does no harm.

# What was typed, word by word: bash takes words apart at colons, which nodes and stacks of images are full of.
_block_snapshot_words() {
  local rest=$COMP_LINE word
  words=()
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [ "${#words[@]}" -gt 0 ] && [[ $rest != [[:space:]]* ]]; then words[-1]+=$word; else words+=("$word"); fi
    rest=${rest#"${rest%%[![:space:]]*}"}
    rest=${rest#"$word"}
  done
  # As it is meant: a blank in a path is typed with a backslash before it, or behind a quotation mark.
  words=("${words[@]//\\/}")
  words=("${words[@]#[\"\']}")
}
# Fills the list of replies with those of the lines that begin as what was typed.
_block_snapshot_offer() {
  local candidate
  while IFS= read -r candidate; do
    [[ $candidate != "$cur"* ]] || COMPREPLY+=("$candidate")
  done
}
_block_snapshot_choice() { _block_snapshot_offer < <(printf '%s\n' "$@"); }
_block_snapshot_files() {
  compopt -o filenames 2>/dev/null
  _block_snapshot_offer < <(compgen "${1:--f}" -- "$cur")
}
# A stack of images: what is behind the last colon is completed.
_block_snapshot_images() {
  local before=
  case $cur in *:*) before=${cur%:*}: ;; esac
  compopt -o filenames -o nospace 2>/dev/null
  _block_snapshot_offer < <(compgen -f -P "$before" -- "${cur##*:}")
}
# A node may be given with its folder, or without.
_block_snapshot_nodes() {
  local node
  for node in /dev/mapper/snapshot-* /dev/mapper/origin-*; do
    if [ -e "$node" ]; then _block_snapshot_choice "$node" "${node##*/}"; fi
  done
}
_block_snapshot_ask() {
  _block_snapshot_offer < <(block-snapshot complete "$1" ${operands[0]+"${operands[0]}"} 2>/dev/null)
}
# _block_snapshot_operands FIRST OPTION...: the operands from word number FIRST on that are there before the one that is
# typed, and how many; the options take a value.
_block_snapshot_operands() {
  local first=$1 word skip=
  operands=()
  for word in "${words[@]:first:${#words[@]}-first-1}"; do
    if [ -n "$skip" ]; then
      skip=
    elif [[ $word != -* ]]; then
      operands+=("$word")
    elif [[ " ${*:2} " == *" $word "* ]]; then
      skip=yes
    fi
  done
  count=${#operands[@]}
}
# bash replaces what stands behind the last place where it takes words apart.
_block_snapshot_cut() {
  local typed=${words[-1]} kept
  case $typed in --*=*) [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/"${typed%%=*}="}") ;; esac
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    kept=${cur%"${cur##*:}"}
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
  fi
}
# _block_snapshot_complete FUNCTION: that function says what is offered in which place.
_block_snapshot_complete() {
  local words cur previous command operands count
  COMPREPLY=()
  _block_snapshot_words
  cur=${words[-1]} previous=${words[-2]-} command=${words[1]-}
  case $cur in --*=*) previous=${cur%%=*} cur=${cur#*=} ;; esac
  "$1"
  _block_snapshot_cut
}
