import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT, runAs } from '../executable.ts';
import { CALLED, helpOf, optionsIn } from './commands.ts';

const SHARE = join(PROJECT, 'dist/share');
const PAGES = readdirSync(join(SHARE, 'man'), { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile())
  .map(entry => join(entry.parentPath, entry.name));

/** A page as people read it, without its lines and hyphens of its own. */
function read(page: string): string {
  const { status, stdout, stderr } = spawnSync('mandoc', ['-Tutf8', '-Owidth=900', page], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${page}: ${stderr}`);
  return squeezed(withoutOverprint(stdout));
}

/** Bold and italic are printed twice over. */
function withoutOverprint(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is a control character that does it
  return text.replace(/.\u0008/gu, '');
}

const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim();

for (const called of CALLED) {
  const { program, command, page } = called;
  t.test(`${program} ${command}: what --help says fits 80 columns, and is in its manual page`, async t => {
    const help = helpOf(called);
    t.match(help, /^usage: /);
    t.same(
      help.split('\n').filter(line => line.length > 80),
      [],
    );
    t.ok(optionsIn(help).includes('--help'));
    const manual = read(join(SHARE, `man/man8/${page}.8`));
    const paragraphs = help.split(/\n\n|\n(?= {2,}-)|(?<=\n {2}-[^\n]*)\n/).map(squeezed);
    for (const paragraph of paragraphs.filter(text => !/^(?:See man|-h, --help|Show this)/.test(text)))
      t.ok(manual.includes(paragraph.replace(/^usage: /, '')), `"${paragraph}" is in the manual`);
    t.ok(paragraphs.length > 3);
    t.equal(runAs(program, ...(command === '' ? [] : [command]), '-h').stdout, help);
  });
}

t.test('The overview of each program names every command, within 80 columns', async t => {
  for (const program of ['block-snapshot', 'domain-xml']) {
    const help = runAs(program, '--help').stdout;
    const named = Array.from(help.matchAll(/^ {2}([a-z]+) {2,}/gm), ([, name]) => name);
    t.same(
      named.sort(),
      CALLED.filter(called => called.program === program)
        .map(({ command }) => command)
        .sort(),
    );
    t.same(
      help.split('\n').filter(line => line.length > 80),
      [],
    );
    t.equal(runAs(program, '-h').stdout, help);
  }
});

t.test('What is no command gets no help, and what is behind -- asks for none', async t => {
  t.match(runAs('block-snapshot', 'nonsense', '--help'), {
    status: 2,
    stdout: '',
    stderr: 'block-snapshot: nonsense is not a command: see block-snapshot --help\n',
  });
  t.match(runAs('domain-xml', 'nonsense', '--help'), {
    status: 2,
    stderr: 'domain-xml: nonsense is not a command: see domain-xml --help\n',
  });
  t.match(runAs('block-snapshot', 'cleanup', 'snapshot', '--', '--help'), { status: 2, stdout: '' });
  for (const program of ['block-snapshot', 'create-snapshot', 'domain-xml'])
    t.match(runAs(program, 'which', '--version'), {
      status: 0,
      stdout: /^[a-z-]+ \d+\.\d+\.\d+\b/,
      stderr: '',
    });
});

t.test('Neither mandoc nor groff finds fault with a manual page', async t => {
  for (const page of PAGES) {
    t.same(spawnSync('mandoc', ['-Tlint', page], { encoding: 'utf8' }).stdout, '', page);
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-Kutf8', '-z', page], {
      encoding: 'utf8',
    });
    t.same([status, stderr], [0, ''], page);
  }
  for (const section of [
    'block-snapshot.7',
    'block-snapshot.conf.5',
    'block-origin.8',
    'block-reflink-origin.8',
    'block-reflink.8',
    'block-snapshot-libxl.8',
  ])
    t.ok(
      PAGES.some(page => page.endsWith(`/${section}`)),
      section,
    );
});

t.test(
  'The page of the configuration has every setting, with its default and what is said of it',
  async t => {
    const manual = read(join(SHARE, 'man/man5/block-snapshot.conf.5'));
    const file = readFileSync(join(PROJECT, 'etc/block-snapshot.conf'), 'utf8');
    const settings = Array.from(file.matchAll(/((?:^#.*\n)+)^([A-Z_]+)=(.*)$/gm));
    t.equal(settings.length, 7);
    for (const [, comment = '', name = '', value] of settings) {
      const said = squeezed(comment.replace(/^#/gm, '')).replaceAll('`', '');
      t.ok(manual.includes(`${name} ${said} The default is ${value || 'nothing'}.`), name);
    }
  },
);

t.test("The page of the words has README's picture, and every word", async t => {
  const [, section = ''] = readFileSync(join(PROJECT, 'README.md'), 'utf8').split(
    '## The stack, and its words\n',
  );
  const [text = ''] = section.split('\n## ');
  const page = join(SHARE, 'man/man7/block-snapshot.7');
  const shown = spawnSync('mandoc', ['-Tascii', '-Owidth=80', page], { encoding: 'utf8' }).stdout;
  const picture = text.split('\n').filter(line => line.startsWith('    '));
  t.ok(picture.length > 10);
  const lines = shown.split('\n').map(line => line.trim());
  for (const line of picture) t.ok(lines.includes(line.trim()), line);
  const manual = read(page);
  const words = Array.from(text.matchAll(/^- \*\*(.*?)\*\*: ((?:.|\n(?!- |\n))*)/gm));
  t.ok(words.length >= 9);
  for (const [, word = '', meaning = ''] of words)
    t.ok(manual.includes(`${word} ${squeezed(meaning.replaceAll('`', ''))}`), word);
});

t.test('Every document that a help text or a manual page points to is installed, and every page', async t => {
  const { stdout } = spawnSync('bash', ['etc/install.sh', 'install'], {
    cwd: PROJECT,
    encoding: 'utf8',
    env: { ...process.env, DESTDIR: t.testdir() },
  });
  t.match(stdout, /installed: /);
  const installed = (path: string) => existsSync(join(t.testdirName, path));
  const texts = [...CALLED.map(helpOf), ...PAGES.map(read)];
  const documents = new Set(texts.flatMap(text => text.match(/\/usr\/share\/doc\/[\w./-]*\w/g) ?? []));
  t.ok(documents.size >= 5);
  for (const document of documents) t.ok(installed(document), document);
  const pages = new Set(
    texts.flatMap(text =>
      Array.from(text.matchAll(/\b(block-snapshot[\w.-]*|[a-z]+-snapshot|domain-xml)\((\d)\)/g)),
    ),
  );
  t.ok(pages.size > 10);
  for (const [, name, section] of pages)
    t.ok(installed(`usr/share/man/man${section}/${name}.${section}`), `${name}(${section})`);
});

t.test('Each link of an installed document leads to an installed one', async t => {
  const documents = ['README.md', 'CHANGELOG.md', 'SECURITY.md'].concat(
    readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.md'))
      .map(name => `docs/${name}`),
  );
  // What is about working on it stays with the sources.
  const ofTheSources = /^(ARCHITECTURE|CONTRIBUTING)\.md$|^docs\/test-|^(src|test|LICENSE)/;
  let links = 0;
  for (const document of documents.filter(name => !ofTheSources.test(name)))
    for (const [, target = ''] of readFileSync(join(PROJECT, document), 'utf8').matchAll(
      /\]\(([^)#:]+)(?:#[^)]*)?\)/g,
    )) {
      const path = join(document, '..', target);
      if (ofTheSources.test(path)) continue;
      links += 1;
      t.ok(
        existsSync(join(PROJECT, path)) && /^(README|CHANGELOG|SECURITY)\.md$|^docs\//.test(path),
        `${document}: ${target}`,
      );
    }
  t.ok(links > 10);
});
