// Proves guards by taking them away: for each, a copy of the built tree without it, in which its tests have to fail.
//   run.js [PATTERN]
// Only guards whose rule matches; without one all. Prints a table for docs/test-guards.md on standard output.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../unit/executable.ts';
import type { Guard } from './guard.ts';
import { GUARDS, placeOf } from './source.ts';

const MINUTES = 3;
/** A rule that is gone leaves things unused. */
const LENIENT = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false', '--allowUnreachableCode'];

type Verdict = 'ok' | 'not ok' | 'not run';

const copy = mkdtempSync(join(tmpdir(), 'block-snapshot-guards-'));
process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

function makeCopy(): void {
  for (const name of ['src', 'test', 'templates', 'hotplug', 'etc', 'docs', 'dist', 'tools', 'Makefile'])
    cpSync(join(PROJECT, name), join(copy, name), {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
    });
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', '.taprc'])
    cpSync(join(PROJECT, name), join(copy, name), { preserveTimestamps: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
}

function must(program: string, ...parameters: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd: copy, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}: exit ${status}\n${stdout}${stderr}`);
}

function build(file: string, guard: Guard): void {
  if (file.endsWith('.c')) must('make', '-s', 'dist/block-snapshot.node', 'dist/block-snapshot');
  else must(join(copy, 'node_modules/.bin/tsc'), ...LENIENT);
  if (guard.executable === true) must('make', '-s', 'dist/block-snapshot', 'dist/block-snapshot-tools');
}

/** Brings back what a change made different: files, and when they were last changed. */
function restore(file: string): void {
  const options = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, force: true };
  for (const name of [file, 'dist']) cpSync(join(PROJECT, name), join(copy, name), options);
}

const escaped = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Runs tests of a program by their names. @returns the verdict on each */
function run(program: string, checks: readonly string[], udev: boolean): Verdict[] {
  const pattern = `^(?:${checks.map(escaped).join('|')})$`;
  const script = join(copy, 'build/test', `${program}.js`);
  const options = {
    cwd: copy,
    encoding: 'utf8',
    timeout: (MINUTES + 1) * 60_000,
    maxBuffer: 1 << 28,
  } as const;
  const { stdout } = program.startsWith('kernel/')
    ? spawnSync(
        join(copy, 'test/kernel/lab/boot.sh'),
        [...(udev ? ['--udev'] : []), '--minutes', String(MINUTES), process.execPath, script],
        { ...options, env: { ...process.env, TAP_GREP: pattern } },
      )
    : spawnSync(process.execPath, [script], { ...options, env: { ...process.env, TAP_GREP: pattern } });
  const lines = stdout
    // A test of which not one assertion was seen has proved nothing.
    .replace(/^ +1\.\.0\b.*\nok .*$/gm, '')
    .split('\n')
    .filter(line => /^(?:not )?ok \d+ - /.test(line) && !/ # SKIP\b/.test(line));
  return checks.map(check => {
    const line = lines.find(candidate => nameIn(candidate) === check);
    return line === undefined ? 'not run' : line.startsWith('not ok') ? 'not ok' : 'ok';
  });
}

/** What stands behind the number of a line of TAP, without what follows it. */
function nameIn(line: string): string {
  return line.replace(/^(?:not )?ok \d+ - /, '').replace(/(?: # time=\S+)?(?: \{)?$/, '');
}

/** With all rules in place the same tests have to pass. @returns those that do not */
function failingAnyway(guards: readonly Guard[]): string[] {
  must(join(copy, 'node_modules/.bin/tsc'));
  const programs = new Map<string, { checks: Set<string>; udev: boolean }>();
  for (const { program, checks, udev = false } of guards) {
    const entry = programs.get(program) ?? { checks: new Set(), udev };
    for (const check of checks) entry.checks.add(check);
    programs.set(program, entry);
  }
  return [...programs].flatMap(([program, { checks, udev }]) => {
    const names = [...checks];
    const verdicts = run(program, names, udev);
    return names
      .map((name, index) => ({ name, verdict: verdicts[index] }))
      .filter(({ verdict }) => verdict !== 'ok')
      .map(({ name, verdict }) => `${program}, "${name}": ${verdict} with every rule in place`);
  });
}

/** @returns what is wrong: the tests that do not fail without the rule */
function prove(guard: Guard): string[] {
  const { file, text } = placeOf(guard, PROJECT);
  try {
    writeFileSync(
      join(copy, file),
      text.replace(guard.from, () => guard.to),
    );
    build(file, guard);
    const verdicts = run(guard.program, guard.checks, guard.udev ?? false);
    return guard.checks
      .map((name, index) => ({ name, verdict: verdicts[index] }))
      .filter(({ verdict }) => verdict !== 'not ok')
      .map(({ name, verdict }) => `"${name}" of ${guard.program}: ${verdict} without the rule`);
  } catch (error) {
    return [(error as Error).message];
  } finally {
    restore(file);
  }
}

const pattern = new RegExp(process.argv[2] ?? '');
const guards = GUARDS.filter(({ rule }) => pattern.test(rule));
for (const guard of guards) placeOf(guard, PROJECT);
makeCopy();
mkdirSync(join(copy, 'build'), { recursive: true });
const anyway = failingAnyway(guards);
for (const line of anyway) console.error(line);
let unnoticed = 0;
for (const guard of guards) {
  const began = Date.now();
  const wrong = prove(guard);
  if (wrong.length > 0) unnoticed += 1;
  const verdict = wrong.length === 0 ? 'noticed' : `NOT noticed: ${wrong.join('; ')}`;
  console.error(`${guard.rule}: ${verdict} (${Math.round((Date.now() - began) / 1000)} s)`);
  console.log(
    `| ${guard.rule} | ${guard.checks.join('; ')} | ${wrong.length === 0 ? 'noticed' : 'NOT NOTICED'} |`,
  );
}
console.error(`${guards.length - unnoticed} of ${guards.length} guards are noticed when they are gone`);
process.exitCode = unnoticed > 0 || anyway.length > 0 ? 1 : 0;
