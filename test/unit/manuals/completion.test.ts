import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from '../executable.ts';
import { CALLED, helpOf, optionsIn } from './commands.ts';
import { InteractiveShell, type ShellName } from './shell.ts';

const SHELLS: readonly ShellName[] = ['bash', 'zsh'];
const PROGRAMS = ['block-snapshot', 'domain-xml'];
// Nobody types those of libvirt's hook.
const TYPED = CALLED.filter(({ program }) => !program.startsWith('block-snapshot-'));

for (const name of SHELLS)
  t.test(name, async t => {
    const files = { 'root.img': '', 'root-cow.img': '', 'other.img': '', folder: {} };
    const folder = join(t.testdir({ 'a template': files }), 'a template');
    // As somebody types it.
    const typed = folder.replaceAll(' ', '\\ ');
    const shell = new InteractiveShell(name, folder);
    t.teardown(() => shell.close());

    await t.test(`${name} offers every command of each program`, async t => {
      for (const program of PROGRAMS) {
        const words = await shell.completed(`${program} `);
        for (const { command } of CALLED.filter(called => called.program === program))
          t.ok(words.includes(command), command);
      }
    });

    for (const called of TYPED)
      await t.test(
        `${name} offers the options of ${called.program} ${called.command}, and no others`,
        async t => {
          const words = await shell.completed(`${called.program} ${called.command} --`.replace(/ +/g, ' '));
          const offered = new Set(words.filter(word => /^--[a-z]/.test(word)));
          const long = optionsIn(helpOf(called)).filter(option => option.startsWith('--'));
          t.same([...offered].sort(), long);
        },
      );

    await t.test(`${name} completes a stack of images behind each colon`, async t => {
      const words = await shell.completed(`block-snapshot prepare snapshot ${typed}/root.img:${typed}/root-`);
      const shown = words.join(' ');
      t.match(shown, `${typed}/root.img:${typed}/root-cow.img`);
      t.notOk(words.some(word => word.includes('other.img')));
    });

    await t.test(
      `${name} offers what an option can be, and files and folders where those are meant`,
      async t => {
        const parts = await shell.completed('domain-xml render --part devices/');
        for (const part of ['block', 'net', 'pci']) t.ok(parts.includes(`devices/${part}.xml`), part);
        const colours = await shell.completed('domain-xml diff work --color ');
        for (const when of ['auto', 'always', 'never']) t.ok(colours.includes(when), when);
        const folders = await shell.completed('domain-xml render --templates ./');
        t.ok(folders.some(word => word.includes('folder')));
        t.notOk(folders.some(word => word.includes('root.img')));
        const types = await shell.completed('block-snapshot cleanup ');
        t.ok(types.includes('snapshot') && types.includes('origin'));
      },
    );
  });

t.test('bash itself finds no fault with the scripts, nor does zsh', async t => {
  const share = join(PROJECT, 'dist/share');
  for (const [shell, file] of [
    ['bash', 'bash-completion/completions/block-snapshot'],
    ['bash', 'bash-completion/completions/domain-xml'],
    ['zsh', 'zsh/site-functions/_block-snapshot'],
    ['zsh', 'zsh/vendor-completions/_domain-xml'],
  ] as const)
    t.match(spawnSync(shell, ['-n', join(share, file)], { encoding: 'utf8' }), { status: 0, stderr: '' });
});
