import { type Case, caseOutcome } from './case.ts';
import { renderHere } from './comparison.ts';
import type { Trial } from './oracle.ts';
import { type Question, questionAnswer } from './questions.ts';
import { machineOf } from './sample-machine.ts';

/** What two engines are given to compare what they make of it. */
export type Task =
  | { trial: Trial }
  | { case: Case; files: Record<string, string>; vm: unknown }
  | { question: Question };

/** What becomes of it here. */
export function taskOutcome(task: Task): unknown {
  if ('trial' in task) return renderHere(task.trial);
  if ('question' in task) return questionAnswer(task.question);
  return caseOutcome(task.case, task.files, machineOf(task.vm));
}
