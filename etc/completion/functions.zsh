_block_snapshot_ask() {
  local -a found
  found=(${(f)"$(_call_program $1 block-snapshot complete ${(q)@} 2>/dev/null)"})
  compadd -a found
}
_block_snapshot_templates() { _block_snapshot_ask templates; _files }
_block_snapshot_vms() { _block_snapshot_ask vms }
_block_snapshot_revisions() {
  local -a operands
  operands=(${${(Q)words[2,-1]}:#-*})
  _block_snapshot_ask revisions $operands[1]
}
# A node may be given with its folder, or without.
_block_snapshot_nodes() {
  local -a found
  found=(/dev/mapper/(snapshot|origin)-*(N))
  compadd -a found
  compadd -- ${found:t}
}
# A stack of images: what is behind the last colon is completed.
_block_snapshot_images() {
  compset -P '*:'
  _files -S ''
}
