import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TemplateFolders } from '../../src/domain-xml/search/folders.ts';
import { folderWith } from './support/run.ts';

const ME = process.getuid?.() ?? 0;

function open(folders: string[], onlyOwner?: number, mustExist = true): TemplateFolders {
  return new TemplateFolders({ folders, mustExist, onlyOwner });
}

t.test(
  'The first folder that has a template wins, and a name is the same with empty segments and dots',
  async t => {
    const first = folderWith(t, { 'libvirt/xen-user.xml': 'first' });
    const second = folderWith(t, { 'libvirt/xen-user.xml': 'second', 'libvirt/xen.xml': 'default' });
    const folders = open([first, second]);
    t.same(folders.read('libvirt/xen-user.xml'), {
      name: 'libvirt/xen-user.xml',
      path: `${first}/libvirt/xen-user.xml`,
      source: 'first',
    });
    t.equal(folders.read('./libvirt//xen.xml')?.path, `${second}/libvirt/xen.xml`);
    t.equal(folders.read('libvirt/nothing.xml'), undefined);
    t.equal(folders.read('libvirt/xen.xml/inside'), undefined, 'a file is no folder');
    t.same(folders.candidates('libvirt/xen.xml'), [`${first}/libvirt/xen.xml`, `${second}/libvirt/xen.xml`]);
  },
);

t.test('A name with ".." in it, or none at all, stands for no template', async t => {
  const outer = folderWith(t, { 'secret.xml': 'secret', 'in/a.xml': 'a' });
  const folders = open([`${outer}/in`]);
  for (const name of ['../secret.xml', 'x/../../secret.xml', '', '/', '..', '..\\secret.xml', 'a\0.xml']) {
    t.equal(folders.read(name), undefined, JSON.stringify(name));
  }
  t.equal(folders.read('/a.xml')?.source, 'a', 'a name that begins with a slash is inside the folders too');
  t.equal(folders.readPath(`${outer}/secret.xml`), undefined, 'a path outside the folders');
});

t.test('A link inside the folders is followed, one that leads out of them or nowhere is refused', async t => {
  const outside = folderWith(t, { 'evil.xml': 'evil' });
  const system = folderWith(t, { 'libvirt/xen.xml': 'default' });
  const own = folderWith(t, { 'libvirt/here.xml': 'here' });
  symlinkSync(`${system}/libvirt/xen.xml`, `${own}/libvirt/to-system.xml`);
  symlinkSync('here.xml', `${own}/libvirt/near.xml`);
  symlinkSync(`${outside}/evil.xml`, `${own}/libvirt/out.xml`);
  symlinkSync(outside, `${own}/folder-out`);
  symlinkSync('nowhere.xml', `${own}/libvirt/lost.xml`);
  symlinkSync('circle.xml', `${own}/libvirt/circle.xml`);
  const folders = open([own, system]);
  t.equal(folders.read('libvirt/to-system.xml')?.source, 'default');
  t.equal(folders.read('libvirt/near.xml')?.source, 'here');
  t.throws(() => folders.read('libvirt/out.xml'), {
    message: `${own}/libvirt/out.xml: leads to ${outside}/evil.xml, out of the folders of templates (${own}, ${system})`,
  });
  t.throws(() => folders.read('folder-out/evil.xml'), {
    message: /leads to .*evil\.xml, out of the folders/,
  });
  t.throws(() => folders.read('libvirt/lost.xml'), {
    message: `${own}/libvirt/lost.xml: is a symbolic link to nowhere`,
  });
  t.throws(() => folders.read('libvirt/circle.xml'), {
    message: /circle\.xml: cannot be read: .*in a circle/,
  });
});

t.test('A search folder may be a link itself', async t => {
  const real = folderWith(t, { 'real/a.xml': 'a' });
  symlinkSync('real', `${real}/link`);
  t.same(open([`${real}/link`]).read('a.xml'), { name: 'a.xml', path: `${real}/link/a.xml`, source: 'a' });
});

t.test('A folder that must exist and does not, and one that is a file, are errors that name it', async t => {
  const folder = folderWith(t, { file: '' });
  t.throws(() => open([`${folder}/none`]), {
    message: `${folder}/none: cannot be used as a folder of templates: no such file or folder`,
  });
  t.throws(() => open([`${folder}/file`]), { message: `${folder}/file: is not a folder of templates` });
  t.equal(open([`${folder}/none`], undefined, false).read('a.xml'), undefined);
});

t.test('What is no regular file, no UTF-8 or too long is refused, and a FIFO is not waited for', async t => {
  const folder = folderWith(t, { 'long.xml': 'x'.repeat(4 * 1024 * 1024 + 1) });
  mkdirSync(`${folder}/folder.xml`);
  execFileSync('mkfifo', [`${folder}/fifo.xml`]);
  writeFileSync(`${folder}/latin1.xml`, Buffer.from([0x3c, 0xe4, 0x3e]));
  const folders = open([folder]);
  t.throws(() => folders.read('folder.xml'), { message: `${folder}/folder.xml: is not a regular file` });
  t.throws(() => folders.read('fifo.xml'), { message: `${folder}/fifo.xml: is not a regular file` });
  t.throws(() => folders.read('latin1.xml'), { message: `${folder}/latin1.xml: is not text in UTF-8` });
  t.throws(() => folders.read('long.xml'), {
    message: /long\.xml: is too long: a template has at most 4194304 bytes/,
  });
});

t.test('An unreadable template is an error that names it', async t => {
  const folder = folderWith(t, { 'closed/a.xml': 'a' });
  chmodSync(`${folder}/closed/a.xml`, 0);
  const [addon, folders] = ['./support/addon.js', '../../src/domain-xml/search/folders.js'].map(path =>
    JSON.stringify(new URL(path, import.meta.url).href),
  );
  const reading = `await import(${addon});
    const { TemplateFolders } = await import(${folders});
    const folders = new TemplateFolders({ folders: [${JSON.stringify(folder)}], onlyOwner: undefined, mustExist: true });
    try { folders.read('closed/a.xml'); } catch (error) { console.log(error.message); }`;
  const node = [process.execPath, '--input-type=module', '--eval', reading];
  // Root reads everything, but for these capabilities.
  const [program = '', ...parameters] =
    ME === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', ...node] : node;
  t.equal(
    execFileSync(program, parameters, { encoding: 'utf8' }),
    `${folder}/closed/a.xml: cannot be read: permission denied\n`,
  );
});

t.test(
  'For root, a template that others can write is refused, and one in a folder that they can write',
  async t => {
    const folder = folderWith(t, { 'libvirt/a.xml': 'a' });
    const file = `${folder}/libvirt/a.xml`;
    const read = () => open([folder], ME).read('libvirt/a.xml')?.source;
    t.equal(read(), 'a');
    for (const mode of [0o666, 0o664, 0o646]) {
      chmodSync(file, mode);
      t.throws(read, { message: `${file}: is writable by others than root (chmod go-w)` });
    }
    chmodSync(file, 0o644);
    for (const path of [`${folder}/libvirt`, folder]) {
      for (const mode of [0o777, 0o775, 0o1777]) {
        chmodSync(path, mode);
        t.throws(read, {
          message: `${path}: is writable by others than root, and the templates in it with it (chmod go-w)`,
        });
      }
      chmodSync(path, 0o755);
    }
    t.equal(read(), 'a');
  },
);

t.test(
  'For root, a folder above the search folder that others can write is refused unless it is sticky',
  async t => {
    const folder = folderWith(t, { 'above/templates/a.xml': 'a' });
    const read = () => open([`${folder}/above/templates`], ME).read('a.xml')?.source;
    chmodSync(`${folder}/above`, 0o1777);
    t.equal(read(), 'a');
    chmodSync(`${folder}/above`, 0o777);
    t.throws(read, { message: /above: is writable by others than root/ });
  },
);

t.test('For root, what belongs to somebody else is refused', async t => {
  const folder = folderWith(t, { 'libvirt/a.xml': 'a' });
  const file = join(folder, 'libvirt/a.xml');
  if (ME !== 0) {
    t.throws(() => open([folder], 0).read('libvirt/a.xml'), { message: /belongs to user/ });
    return;
  }
  chownSync(file, 65534, 65534);
  t.throws(() => open([folder], 0).read('libvirt/a.xml'), {
    message: `${file}: belongs to user 65534; a template used by root must belong to root (chown root)`,
  });
  chownSync(file, 0, 0);
  chownSync(`${folder}/libvirt`, 65534, 65534);
  t.throws(() => open([folder], 0).read('libvirt/a.xml'), {
    message: `${folder}/libvirt: belongs to user 65534; a folder of templates used by root must belong to root (chown root)`,
  });
});

t.test('For root, a link in a folder that others can write is refused, even to a safe template', async t => {
  const folder = folderWith(t, { 'open/x': '', 'safe/a.xml': 'a' });
  symlinkSync('../safe/a.xml', `${folder}/open/a.xml`);
  chmodSync(`${folder}/open`, 0o777);
  t.equal(open([folder], ME).read('safe/a.xml')?.source, 'a');
  t.throws(() => open([folder], ME).read('open/a.xml'), { message: /open: is writable by others than root/ });
});
