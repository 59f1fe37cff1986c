// What the program writes, or has the kernel write, and reads again: which modules do, and what is damaged in the tests.

/** By what it is. A test/kernel/guest/corruption/scenes.ts has to have a scene for each; modules below src. */
export const READ_BACK = {
  'the node of a record': [
    'claims/claims.ts',
    'claims/loop-claims.ts',
    'claims/records.ts',
    'doctor/claims.ts',
  ],
  'the images of a record': ['claims/records.ts'],
  'the type of a record': ['claims/records.ts'],
  'the access of a record': ['claims/access-record.ts'],
  'the label of a store': ['devices/kernel/label-file.ts'],
  'the label beside a store': ['devices/kernel/label-file.ts'],
  'the label of an image': ['devices/kernel/label-file.ts'],
  'the label beside an image': ['devices/kernel/label-file.ts'],
  'what a template was derived from': ['devices/kernel/derived-label-file.ts', 'reflink/commit.ts'],
  'what a disk was made of': ['reflink/made-anew.ts'],
  'what a conversion has left over': ['templates/convert/left-over.ts'],
  'the header of a store': ['devices/kernel/store-contents.ts', 'devices/kernel/cow-file.ts'],
  'a store': ['devices/kernel/store-contents.ts'],
  'the mark of a revert': ['templates/revert/mark.ts', 'templates/revert/abandon-plan.ts'],
  'the note of a revert on its image': ['devices/operations.ts'],
  'the note of a merge': ['templates/revert/untouched.ts'],
  'the end of a run': ['templates/revisions.ts'],
  'the lock of a base': [],
  'what an operation says of itself': ['devices/operations.ts', 'doctor/locks.ts'],
  'the configuration': ['devices/configuration.ts'],
  "the links of libvirt's domains": ['libvirt/domain-links.ts'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ReadBack = keyof typeof READ_BACK;

/** Read back by domain-xml, and damaged in a test that needs no kernel. */
export const READ_BACK_ELSEWHERE: Readonly<Record<string, string>> = {
  'domain-xml/compiled/cache.ts': 'test/domain-xml/cache.test.ts',
};

/** What the kernel tells, of itself, its devices and its processes. */
export const OF_THE_KERNEL: readonly string[] = [
  'devices/kernel/backing.ts',
  'devices/kernel/direct-io.ts',
  'devices/kernel/base-version.ts',
  'devices/kernel/in-the-way.ts',
  'devices/kernel/loop-questions.ts',
  'devices/kernel/mapper-name.ts',
  'devices/kernel/mounts.ts',
  'devices/kernel/named-base.ts',
  'devices/kernel/network-device.ts',
  'devices/kernel/one-name.ts',
  'devices/kernel/open-descriptor.ts',
  'devices/kernel/snapshot-layer.ts',
  'devices/planned-devices.ts',
  'devices/prepare.ts',
  'doctor/cookies.ts',
  'doctor/kernel.ts',
  'doctor/locks.ts',
  'domain-xml/admin-api/listener.ts',
  'domain-xml/qubes/host.ts',
  'domain-xml/qubes/pci-slots.ts',
  'overview/kernel/attached-loops.ts',
  'overview/users/openers.ts',
  'programs/block-snapshot/versions.ts',
  'templates/block-template.ts',
  'templates/open-files.ts',
];

/** What people and other programs give: texts that are parsed strictly, with tests of their own. */
export const GIVEN: readonly string[] = [
  'doctor/installation.ts',
  'doctor/lvm.ts',
  'domain-xml/bounded-read.ts',
  'domain-xml/compiled/templates-module.ts',
  'domain-xml/qubes-xml/file.ts',
  'domain-xml/qubes/kernel-files.ts',
  'domain-xml/qubes/release.ts',
  'domain-xml/search/folders.ts',
  'jinja/environment.ts',
  'programs/block-snapshot/libvirt-hook.ts',
  'programs/manual/write-shared.ts',
  'templates/convert/differences.ts',
  'templates/convert/to-clones.ts',
  'templates/planned.ts',
];
