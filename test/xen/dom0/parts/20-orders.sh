# Two guests and their template stop in every order. They do not run: what matters is what libxl and blkback do.
folder=/var/lib/images/orders
images $folder
stack=$folder/root.img:$folder/root-cow.img
vm g1 still "block-snapshot:xvda:rw:$stack:$folder/vm1-cow.img"
vm g2 still "block-snapshot:xvda:rw:$stack:$folder/vm2-cow.img"
vm template still "block-origin:xvda:rw:$stack"
for order in 'g1 g2 template' 'g1 template g2' 'g2 g1 template' 'g2 template g1' 'template g1 g2' 'template g2 g1'; do
  check "$order: two guests and their template start" start_paused g1 template g2
  # shellcheck disable=SC2086
  check "$order: they stop in this order" stop $order
  check "$order: nothing is left" nothing_left
done
