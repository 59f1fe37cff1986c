// A step in which something goes wrong: afterwards all is as before it or as after it, and ordinary commands bring it to its end.

import { planNoRoom } from '../../kernel/guest/kernel-log.ts';
import type { Outcome } from '../../kernel/guest/programs.ts';
import { heldLocks, suspendedDevices } from '../../kernel/guest/state.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../operations/plan.ts';
import { shown } from '../real/calls.ts';
import { runExecutable } from '../real/run-executable.ts';
import { runHere } from '../real/run-here.ts';
import { carryOut, doPlan, IN_PROCESS } from '../real/stage.ts';
import type { Scene } from '../story/scene.ts';
import { look } from './look.ts';
import { cutPower } from './power-cut.ts';
import { aroundOf, type SystemCallFault, wordsOf } from './system-call.ts';

/** Something that goes wrong while a command runs. */
export type Fault =
  | SystemCallFault
  /** @param at where in all that has reached the disk, in thousandths */
  | { kind: 'power cut'; at: number }
  /** @param left blocks that are left on the filesystem */
  | { kind: 'full'; left: number };

/** Does a step in which something goes wrong, and has it come to its end. */
export async function withFault(fault: Fault, plan: Plan, host: Host, scene: Scene): Promise<void> {
  const { story } = scene;
  let outcome: Outcome | undefined;
  if (fault.kind === 'power cut') {
    story.tell(`# the power fails during what follows, after ${fault.at / 10} % of what it writes`);
    await cutPower(fault.at, plan, host, scene);
  } else if (fault.kind === 'full') {
    story.tell(`# while what follows runs, the filesystem is full but for ${fault.left} KiB`);
    planNoRoom();
    outcome = await doPlan(plan, story, async call => {
      const free = scene.filesystem.fill(fault.left);
      try {
        return await runHere(call);
      } finally {
        free();
      }
    });
  } else {
    story.tell(`# ${wordsOf(fault)}`);
    outcome = await doPlan(plan, story, call => runExecutable(call, aroundOf(fault)));
  }
  if (outcome !== undefined) requireDecent(fault, plan, outcome);
  if (plan.refused !== undefined) {
    if (outcome?.status === 0) throw new Error('it has to be refused, and was done');
    if (outcome !== undefined) plan.settle(host, await carryOut(plan, story, IN_PROCESS));
    return;
  }
  const isDone = outcome?.status === 0;
  plan.settle(host, isDone ? (outcome?.stdout ?? '') : await mend(plan, scene, outcome === undefined));
}

/** What may have become of a command: no crash, and no complaint but in a line. */
function requireDecent(fault: Fault, { mayFind }: Plan, { status, stdout, stderr }: Outcome): void {
  const answer = `exit ${status}: ${stdout}${stderr}`;
  const isEnded = fault.kind === 'kill' || fault.kind === 'signal';
  // strace ends by the signal that its program has ended by.
  const statuses: (number | null)[] = mayFind ? [0, 1, 3] : [0, 1];
  if (!isEnded && !statuses.includes(status)) throw new Error(`it ends as it may not: ${answer}`);
  if (status === 1 && !(mayFind && stderr === '') && !/^(block-snapshot: [^\n]+\n)+$/.test(stderr))
    throw new Error(`it does not say why in a line: ${answer}`);
  if (fault.kind === 'kill') return;
  const found = [...suspendedDevices(), ...heldLocks()];
  if (found.length > 0) throw new Error(`it leaves ${found.join(', ')}: ${answer}`);
}

/** Ordinary commands go on. @returns what the last one has printed */
async function mend(
  { call, mend: mending = {}, before = [], mayFind }: Plan,
  scene: Scene,
  isBooted: boolean,
): Promise<string> {
  const again = () => (call === undefined ? [] : [call()]);
  const { steps = again, stepsAfterBoot, isOver } = mending;
  if (isBooted && stepsAfterBoot === undefined)
    for (const one of before) {
      scene.story.tell(one.shown);
      one.act();
    }
  // What is called may be named by what was made just now.
  let printed = '';
  for (const step of isBooted && stepsAfterBoot !== undefined ? stepsAfterBoot(look) : steps(look)) {
    if ('act' in step) {
      scene.story.tell(step.shown);
      step.act();
      continue;
    }
    scene.story.tell(shown(step));
    const { status, stdout, stderr } = await runHere(step);
    if (status !== 0 && mayFind !== true && !isOver?.test(stderr))
      throw new Error(`after the fault, ${shown(step)}: exit ${status}: ${stdout}${stderr}`);
    printed = stdout;
  }
  return printed;
}
