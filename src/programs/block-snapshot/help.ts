import { GRAPH_USAGE, LIST_USAGE } from './overview/usage.ts';
import { COMMIT_USAGE, REVERT_USAGE, REVISIONS_USAGE, TRIM_USAGE } from './template/usage.ts';
import { CLEANUP_USAGE, CREATE_SNAPSHOT_USAGE, DESTROY_SNAPSHOT_USAGE, PREPARE_USAGE } from './usage.ts';

/** What --help prints. */
export const HELP = `block-snapshot - snapshot block devices for virtual machines that share a template's disk

  ${PREPARE_USAGE}
      Make the device and print its node. "snapshot" is BASE seen through the cows, each of which keeps what was
      written above the one before; "origin" writes to BASE and saves the old blocks for the snapshots of BASE:COW.
      Doing it twice gives the same device.

  ${CLEANUP_USAGE}
      Take the device down if nobody uses it, with everything under it that nobody else uses.

  ${CREATE_SNAPSHOT_USAGE}
  ${DESTROY_SNAPSHOT_USAGE}
      The same for qubesd.

  ${COMMIT_USAGE}
      End a run of a template: new VMs see what it changed, running ones keep what they see. A template that is a VM's
      block-origin disk is committed when it stops.

  ${REVISIONS_USAGE}
      Show the finished runs that can be undone: when each ended, how much it changed, whether its undo is whole.

  ${REVERT_USAGE}
      Undo the last run of a template, or the last N. --abandon gives up one that cannot be finished.

  ${TRIM_USAGE}
      Give blocks of zeros in a template's image back to the filesystem.

  ${LIST_USAGE}
      Show every template with its versions, what lies on them, who uses it, how full it is, and what nobody uses.

  ${GRAPH_USAGE}
      Draw the same as a picture.

  block-snapshot|block-origin add|remove
      For libxl: as the script of a disk, script=block-snapshot,target=BASE:COW[:COW2...] in a domain's configuration.

  block-snapshot-qemu|block-snapshot-libxl GUEST OPERATION SUB-OPERATION EXTRA
      For libvirt: its hook, which makes the devices that a domain's metadata asks for.

  --help, --version

BASE and COW are absolute paths of image files or block devices. TEMPLATE is a folder with root.img, or an image X.img,
whose cow is X-cow.img. NODE may be given with or without /dev/mapper/.
Exit status: 0 done, 1 it could not be done (the reason is one line on standard error), 2 wrong usage.`;
