import { jsonAnswer } from '../words/json-answer.ts';
import type { Examination } from './examine.ts';
import type { HostFacts } from './host-facts.ts';
import { meaningOf } from './kinds.ts';
import { commandText } from './text.ts';
import type { Veil } from './veil.ts';

/** The version of the form below: it grows with every change that could break a program. docs/doctor.md describes it. */
export const DOCTOR_JSON_VERSION = 1;

/** The examination for programs. */
export function examinationJson({ findings, unseen }: Examination, facts: HostFacts, veil: Veil): string {
  return jsonAnswer({
    version: DOCTOR_JSON_VERSION,
    healthy: findings.length === 0 && unseen.length === 0,
    findings: findings.map(({ kind, found, mend, safe }) => ({
      kind,
      found: veil.text(found),
      means: meaningOf(kind).means,
      mended: meaningOf(kind).mended,
      commands: mend.map(command => commandText(command, veil)),
      safe,
    })),
    unseen: unseen.map(reason => veil.text(reason)),
    host: facts,
  });
}
