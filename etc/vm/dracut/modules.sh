#!/bin/sh
# dracut, when the root is mounted: the kernel's modules of a VM that has the layer.
if [ "$(getarg root=)" = /dev/mapper/dmroot ]; then
  /usr/lib/block-snapshot-vm/wrap-root modules "$NEWROOT" || :
fi
