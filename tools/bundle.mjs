// Part of the build: makes modules for the engine of the hot commands: bun tools/bundle.mjs VERSION FOLDER
// Reading bytecode is most of what a call costs, so that what only some calls come to is in the groups of LATER, each a module
// that is loaded when a function of it is called first. Whoever imports such a function gets in its place one of the engine
// (src/native/engine/later.c) that does so. The sources know nothing of this, and run without it under Node and in Bun.
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SRC = resolve(import.meta.dir, '../src');

/** What is loaded together. Only functions, and constants that are plain numbers or texts, can be imported from these files. */
const LATER = {
  // What making devices begins with: the images.
  prepare: [
    'devices/prepare.ts',
    'devices/kernel/images.ts',
    'devices/operations.ts',
    'devices/plan/own-cow.ts',
    'devices/plan/revert-names.ts',
    'devices/plan/stack-plan.ts',
    'devices/request/image-path.ts',
    'devices/request/stack-request.ts',
    'programs/block-snapshot/operations.ts',
  ],
  // A base that is a block device.
  blockBase: [
    'devices/kernel/base-answers.ts',
    'devices/kernel/named-base.ts',
    'devices/kernel/network-device.ts',
    'devices/plan/network-link.ts',
    'devices/plan/stable-name.ts',
  ],
  // What is there already, once the base is locked.
  locked: [
    'devices/kernel/backed-by.ts',
    'devices/kernel/build-stack.ts',
    'devices/kernel/device-state.ts',
    'devices/kernel/lock-file.ts',
    'devices/kernel/open-descriptor.ts',
    'devices/kernel/origin-device.ts',
    'devices/kernel/if-there.ts',
    'devices/kernel/snapshot-layer.ts',
    'devices/kernel/store-status.ts',
    'devices/kernel/udev-session.ts',
    'devices/plan/origin-table.ts',
    'devices/plan/snapshot-status.ts',
    'devices/plan/snapshot-table.ts',
  ],
  // What is missing, made.
  make: [
    'devices/configuration.ts',
    'devices/kernel/backing.ts',
    'devices/kernel/base-version.ts',
    'devices/kernel/bind-stores.ts',
    'devices/kernel/cow-backing.ts',
    'devices/kernel/cow-file.ts',
    'devices/kernel/held-descriptors.ts',
    'devices/kernel/label-file.ts',
    'devices/kernel/live-stores.ts',
    'devices/kernel/loop-devices.ts',
    'devices/kernel/loop-questions.ts',
    'devices/kernel/one-name.ts',
    'devices/kernel/store-contents.ts',
    'devices/plan/bound-store.ts',
    'devices/plan/discards.ts',
    'devices/plan/label.ts',
  ],
  // The begin and the end of a template's run: what it overwrites is kept for VMs.
  run: [
    'devices/kernel/first-layers.ts',
    'devices/kernel/store-answers.ts',
    'devices/kernel/whole-writes.ts',
  ],
  // Which VM has which device.
  claims: ['claims/claims.ts', 'claims/recorded-node.ts', 'libvirt/attachments.ts'],
  // What is taken down.
  takeDown: ['devices/kernel/remove-device.ts', 'disks/take-down.ts'],
  // The disks of VMs.
  disks: [
    'claims/access-record.ts',
    'claims/claim.ts',
    'claims/records.ts',
    'claims/sharing.ts',
    'disks/detach.ts',
    'disks/sweep-abandoned.ts',
    'libvirt/domain-links.ts',
    'libvirt/take-down.ts',
    'xen/hotplug/attachment.ts',
    'xen/hotplug/backend.ts',
    'xen/hotplug/former.ts',
    'xen/hotplug/holders.ts',
    'xen/xenstore/connection.ts',
    'xen/xenstore/store.ts',
    'xen/xenstore/transport.ts',
    'xen/xenstore/wire.ts',
  ],
  // The end of a template's run.
  commit: [
    'templates/commit.ts',
    'templates/commit-on-stop.ts',
    'templates/overflow.ts',
    'templates/revisions.ts',
    'templates/rotate.ts',
    'templates/template-files.ts',
    'templates/template-lock.ts',
  ],
  // Disks that are clones of files: made.
  clones: [
    'claims/loop-claims.ts',
    'devices/kernel/clone.ts',
    'devices/plan/reflink-names.ts',
    'devices/request/reflink-request.ts',
    'reflink/files.ts',
    'reflink/loop.ts',
    'reflink/made-anew.ts',
    'reflink/prepare.ts',
    'reflink/volume.ts',
    'xen/hotplug/add-clone.ts',
  ],
  // The same taken down, and what was written of them made the newest version.
  cloneEnd: [
    'disks/detach-clone.ts',
    'programs/block-snapshot/take-clone-down.ts',
    'devices/plan/derived-label.ts',
    'reflink/commit.ts',
    'reflink/disk-of-node.ts',
    'reflink/take-down.ts',
    'reflink/versions.ts',
  ],
  // What is not as it should be.
  trouble: [
    'devices/kernel/clone-refusal.ts',
    'devices/kernel/another-version.ts',
    'devices/kernel/direct-io.ts',
    'devices/kernel/disk-behind.ts',
    'devices/kernel/in-the-way.ts',
    'devices/kernel/invalid-store.ts',
    'devices/kernel/lost-store.ts',
    'devices/kernel/mounts.ts',
    'devices/kernel/other-kind.ts',
    'devices/kernel/room.ts',
    'devices/kernel/sync-folder.ts',
    'devices/kernel/whole-file.ts',
    'devices/plan/mount-table.ts',
    'words/sizes.ts',
  ],
};
const GROUPS = new Map(Object.entries(LATER).flatMap(([group, files]) => files.map(file => [file, group])));

const fail = message => {
  console.error(`bundle: ${message}`);
  process.exit(1);
};

/** Names that are imported from the files of LATER by others: the group's own exports, and where each is. */
const wanted = new Map(Object.keys(LATER).map(group => [group, new Map()]));

const STATIC = /^(?:import|export) (?!type)(?:\{([^}]*)\}|\*) from '(\.[^']*)';$/gm;
const DYNAMIC = /(?<!typeof )\bimport\('(\.[^']*)'\)/g;
const targetOf = (file, specifier) => relative(SRC, resolve(SRC, dirname(file), specifier));

/** What is loaded with a file, and what it loads when it is asked for; groups end the walk. */
function reach(entries) {
  const files = new Set();
  const commands = new Set();
  const pending = [...entries];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const text = readFileSync(join(SRC, file), 'utf8');
    for (const [, specifier] of text.matchAll(DYNAMIC)) commands.add(targetOf(file, specifier));
    for (const [, names = '', specifier] of text.matchAll(STATIC)) {
      const values = names
        .split(',')
        .map(name => name.trim())
        .filter(name => name !== '' && !name.startsWith('type '));
      const target = targetOf(file, specifier);
      const group = GROUPS.get(target);
      if (names !== '' && values.length === 0) continue;
      if (group === undefined || group === GROUPS.get(file)) pending.push(target);
      else for (const name of values) want(group, name, target);
    }
  }
  return { files, commands };
}

function want(group, name, file) {
  const there = wanted.get(group).get(name);
  if (there !== undefined && there !== file) fail(`${name} is in both ${there} and ${file}`);
  wanted.get(group).set(name, file);
}

/** Everything that is loaded by itself: hot.ts, the commands that it loads, and the groups. */
const loads = new Map();
const pending = ['hot.ts', ...Object.keys(LATER)];
for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
  if (loads.has(entry)) continue;
  const { files, commands } = reach(LATER[entry] ?? [entry]);
  loads.set(entry, files);
  pending.push(...commands);
}
/**
 * What several of them need is one module, for each costs more than the bytes that some calls do not need: one that all load,
 * with what libvirt's hook needs for every domain that it is asked about, and one for those that have to do with devices.
 */
const all = new Set(Array.from(loads.values(), files => [...files]).flat());
const isShared = file => [...loads.values()].filter(files => files.has(file)).length > 1;
const ofAll = ['hot.ts', 'programs/block-snapshot/libvirt-hook.ts'].flatMap(entry =>
  [...loads.get(entry)].filter(isShared),
);
const ofSome = [...all].filter(file => isShared(file) && !ofAll.includes(file));
const importsOfShared = entry =>
  [...ofAll, ...(ofSome.some(file => loads.get(entry).has(file)) ? ofSome : [])].map(
    file => `import '${join(SRC, file)}';`,
  );

/** What stands for an export until the group is there: a constant is what it is. */
function standIn(group, name, file) {
  const text = readFileSync(join(SRC, file), 'utf8');
  if (new RegExp(`^export (async )?function ${name}\\b`, 'm').test(text))
    return `export const ${name} = /* @__PURE__ */ ENGINE_HOST.later('${group}', '${name}');`;
  const constant = new RegExp(`^export const ${name} = ([0-9a-fox_]+|'[^']*');$`, 'm').exec(text);
  return (
    constant?.[0] ??
    fail(`${name} of ${file} is neither a function nor a plain constant: it cannot be loaded later`)
  );
}

/** The modules that are made up: a command or a group with all that it shares, and what stands for a file of another group. */
const MADE_UP = {
  command: file => [...importsOfShared(file), `export * from '${join(SRC, file)}';`],
  group: group => [
    ...importsOfShared(group),
    ...Array.from(wanted.get(group), ([name, file]) => `export { ${name} } from '${join(SRC, file)}';`),
  ],
  // For one importer: what several of them shared would be a module of its own.
  'stand-in': place => {
    const [path = ''] = place.split(' ');
    const group = GROUPS.get(path);
    return Array.from(wanted.get(group), ([name, file]) => (file === path ? standIn(group, name, file) : ''));
  },
};

const later = {
  name: 'later',
  setup(build) {
    for (const [namespace, lines] of Object.entries(MADE_UP))
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({ loader: 'js', contents: lines(path).join('\n') }));
    build.onResolve({ filter: /^group:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'group' }));
    build.onResolve({ filter: /^\.|hot\.ts$/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point-build') return { path: 'hot.ts', namespace: 'command' };
      if (!importer.startsWith(SRC)) return undefined;
      const file = relative(SRC, importer);
      const target = targetOf(file, path);
      if (kind === 'dynamic-import') return { path: target, namespace: 'command' };
      const group = GROUPS.get(target);
      if (group === undefined || group === GROUPS.get(file)) return undefined;
      return { path: `${target} for ${file}`, namespace: 'stand-in' };
    });
  },
};

const [version, outdir] = process.argv.slice(2);
for (const file of GROUPS.keys()) if (!all.has(file)) fail(`${file} is in LATER, but no hot command comes to it`);
const { success, logs } = await Bun.build({
  entrypoints: [join(SRC, 'hot.ts'), ...Object.keys(LATER).map(group => `group:${group}`)],
  outdir,
  target: 'bun',
  splitting: true,
  minify: true,
  naming: { entry: '[name].js', chunk: '[name]-[hash].js' },
  define: { BUILD_VERSION: JSON.stringify(version) },
  plugins: [later],
});
if (!success) fail(logs.join('\n'));
