// The host on which a story happens: its files, what is called, and the story in lines that can be typed.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Outcome } from '../../kernel/guest/programs.ts';
import { bytesOf } from '../model/blocks.ts';
import { folderOf, imageOf } from '../model/files.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../operations/plan.ts';
import { writeSettings } from '../operations/settings.ts';
import { type Call, shown } from './calls.ts';
import { runExecutable } from './run-executable.ts';
import { runHere } from './run-here.ts';

/** What has happened so far, as it can be typed. */
export class Story {
  readonly lines: string[] = [];

  tell(line: string): void {
    this.lines.push(line);
  }
}

/** Another name of the folder that all lies in. */
export const aliasOf = (folder: string) => `${folder}-alias`;

/** Makes the files of a host on which nothing was done yet. */
export function setUp(host: Host, story: Story): void {
  mkdirSync(host.folder, { recursive: true });
  symlinkSync(host.folder, aliasOf(host.folder));
  story.tell(`mkdir -p ${host.folder}; ln -s ${host.folder} ${aliasOf(host.folder)}`);
  writeSettings(host.settings);
  for (const template of host.templates) {
    mkdirSync(folderOf(host, template));
    writeFileSync(imageOf(host, template), bytesOf(template.present));
    story.tell(
      `mkdir -p ${folderOf(host, template)}; head -c ${template.present.length * 4096} /dev/urandom >${imageOf(host, template)}`,
    );
  }
  for (const { name } of host.vms) mkdirSync(`${host.folder}/${name}`);
}

export function tearDown({ folder }: Host): void {
  for (const path of [folder, aliasOf(folder)]) rmSync(path, { recursive: true, force: true });
}

/** How a call is made. */
export type Runner = (call: Call) => Promise<Outcome>;

export const BY_EXECUTABLE: Runner = call => runExecutable(call);
export const IN_PROCESS: Runner = runHere;

/** Does what a plan says. @throws Error where something else is answered than it has to be */
export async function carryOut(plan: Plan, story: Story, run: Runner): Promise<string> {
  const outcome = await doPlan(plan, story, run);
  if (outcome !== undefined) requireAnswer(plan, outcome);
  return outcome?.stdout ?? '';
}

/** Does what a plan says. @returns what the call has answered, whatever that is */
export async function doPlan(
  { before = [], call, after = [] }: Plan,
  story: Story,
  run: Runner,
): Promise<Outcome | undefined> {
  for (const one of before) {
    story.tell(one.shown);
    one.act();
  }
  if (call === undefined) return undefined;
  const made = call();
  story.tell(shown(made));
  const outcome = await run(made);
  for (const line of `${outcome.stdout}${outcome.stderr}`.split('\n').slice(0, 4))
    if (line !== '') story.tell(`# ${line.slice(0, 300)}`);
  for (const one of after) {
    story.tell(one.shown);
    one.act();
  }
  return outcome;
}

const LINE = /^block-snapshot: [^\n]+\n$/;
const WARNINGS = /^block-snapshot: warning: [^\n]+\n/gm;

/** @throws Error where a call has not answered what it has to */
export function requireAnswer(
  { refused, prints, says, mayFind }: Plan,
  { status, stdout, stderr }: Outcome,
): void {
  const wrong = (what: string) => new Error(`${what}: exit ${status}: ${stdout}${stderr}`);
  if (refused !== undefined) {
    if (status !== 1 || stdout !== '' || !LINE.test(stderr.replace(WARNINGS, '')))
      throw wrong('it has to be refused in one line');
    if (!refused.test(stderr)) throw wrong(`it has to be refused by ${refused}`);
    return;
  }
  if (status !== 0 && !(mayFind === true && (status === 1 || status === 3))) throw wrong('it has to succeed');
  if (prints === undefined ? stdout !== '' : !prints.test(stdout))
    throw wrong(`it has to print ${prints ?? 'nothing'}`);
  if (stderr.replace(WARNINGS, '') !== '' && says?.test(stderr) !== true)
    throw wrong('it has nothing to say');
}
