// What doctor finds, by the same code as the executable's: starting that is slow in here.
import './surroundings.ts';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { requireImage } from '../../../../src/devices/kernel/images.ts';
import { operationFile } from '../../../../src/devices/operations.ts';
import { type Examination, examine } from '../../../../src/doctor/examine.ts';
import type { Kind } from '../../../../src/doctor/kinds.ts';
import { commandText } from '../../../../src/doctor/text.ts';
import { verbatim } from '../../../../src/doctor/veil.ts';
import { checkLasting } from '../checks.ts';
import type { Template } from '../images.ts';
import { DIST, executable, must, run } from '../programs.ts';

const VERSION = must(executable(), '--version').split(' ')[1] ?? '';

// modprobe looks for the modules of this kernel where the lab has them.
mkdirSync('/run/lab/modprobe/lib', { recursive: true });
symlinkSync(`${process.env['lab_kernel']}/modules`, '/run/lab/modprobe/lib/modules');

/** All that is found, but for faults of the lab's own kernel. @param folder of the programs, where they are installed */
export async function diagnose(folder = DIST): Promise<Examination> {
  const { findings, ...rest } = await examine({
    path: join(folder, 'block-snapshot-tools'),
    version: VERSION,
  });
  return { ...rest, findings: findings.filter(({ kind }) => kind !== 'bad-kernel') };
}

/** The kinds of what is found, in order. */
export async function kindsFound(test: Test, folder?: string): Promise<Kind[]> {
  const { findings, unseen } = await diagnose(folder);
  test.same(unseen, [], 'everything could be looked at');
  return findings.map(({ kind }) => kind).sort();
}

/** Runs the commands of all findings as a person does who copies them. @returns what they said that failed */
export async function mend(folder?: string): Promise<string[]> {
  const { findings } = await diagnose(folder);
  const failed: string[] = [];
  for (const command of findings.flatMap(finding => finding.mend)) {
    const text = commandText(command, verbatim());
    const surroundings = `PATH="${DIST}:$PATH" MODPROBE_OPTIONS='-d /run/lab/modprobe'`;
    const { status, stdout, stderr } = run('bash', ['-c', `export ${surroundings}; ${text}`]);
    if (status !== 0) failed.push(`${text}: ${stdout}${stderr}`);
  }
  return failed;
}

/** A fault, and how it gets there. */
export interface Planted {
  kinds: Kind[];
  plant: (template: Template) => unknown;
  /** Whether its commands mend it; else the test takes it away. */
  mends: boolean;
  folder?: string;
}

/**
 * A test that a fault is found, alone, and what becomes of it: a healthy system, the fault, and a healthy system again.
 * What `plant` returns takes away all that is left of it.
 */
export function finds(name: string, { kinds, plant, mends, folder }: Planted): void {
  checkLasting(name, async (test, template) => {
    const takeAway = plant(template);
    try {
      test.same(await kindsFound(test, folder), [...kinds].sort(), 'it is found, and nothing else');
      if (mends) {
        test.same(await mend(folder), [], 'its commands do what they are for');
        test.same(await kindsFound(test, folder), [], 'it is mended');
      }
    } finally {
      if (typeof takeAway === 'function') takeAway();
    }
    test.same(await kindsFound(test, folder), [], 'and all is well');
  });
}

/** Has the doctor know of a template on which nothing is: as an operation on it that was killed has left it. */
export function makeKnown({ root }: Template): () => void {
  const file = operationFile(requireImage({ role: 'template', path: root }).disk);
  writeFileSync(file, `a commit of ${root} (process 1)\n`);
  return () => must('rm', '-f', file);
}
