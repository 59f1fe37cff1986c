import { setTimeout as pause } from 'node:timers/promises';
import { isSystemError } from '../native/system-error.ts';
import { overviewOf } from '../overview/build/overview-of.ts';
import { RECORDS_UNREAD, survey } from '../overview/survey.ts';
import { Refusal } from '../words/refusal.ts';
import { deviceChecks, type Program, systemChecks } from './checks.ts';
import type { Check, Finding, Seen } from './finding.ts';
import { meaningOf } from './kinds.ts';
import { type Said, said, words } from './said.ts';

/** All that was found, and what could not be looked at: without both being empty nobody is healthy. */
export interface Examination {
  findings: Finding[];
  /** What could not be looked at, and why. */
  unseen: Said[];
  /** What list sees; undefined where the kernel did not tell. */
  seen: Seen | undefined;
}

/** What passes by itself is passed after this long: a command holds a disk for milliseconds. */
const PASSING_MILLISECONDS = 700;

/** Looks at everything, changing nothing. What may be a state of a moment is looked at twice. */
export async function examine(program: Program): Promise<Examination> {
  const first = await lookOnce(program);
  if (!first.findings.some(isPassing)) return first;
  await pause(PASSING_MILLISECONDS);
  const second = await lookOnce(program);
  const before = new Set(first.findings.map(identity));
  return {
    ...second,
    findings: second.findings.filter(finding => !isPassing(finding) || before.has(identity(finding))),
  };
}

function isPassing({ kind }: Finding): boolean {
  return meaningOf(kind).passing === true;
}

function identity({ kind, found }: Finding): string {
  return JSON.stringify([kind, found]);
}

async function lookOnce(program: Program): Promise<Examination> {
  const unseen: Said[] = [];
  const warnings: string[] = [];
  const seen = see(warnings, unseen);
  const findings = await lookAll(
    [...systemChecks(program), ...(seen === undefined ? [] : deviceChecks(seen))],
    unseen,
  );
  const told = findings.some(({ kind }) => kind === 'open-records' || kind === 'damaged-record');
  const untold = warnings.filter(warning => !(told && warning.startsWith(RECORDS_UNREAD)));
  return { findings, unseen: [...untold.map(warning => said`${words(warning)}`), ...unseen], seen };
}

/** What list sees. @param warnings gets what list could only warn of */
function see(warnings: string[], unseen: Said[]): Seen | undefined {
  try {
    const facts = survey(warning => warnings.push(warning));
    return { facts, overview: overviewOf(facts) };
  } catch (error) {
    unseen.push(said`the devices could not be looked at: ${words(reasonOf(error))}`);
    return undefined;
  }
}

async function lookAll(checks: readonly Check[], unseen: Said[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { about, look } of checks)
    try {
      findings.push(...(await look()));
    } catch (error) {
      unseen.push(said`${about} could not be looked at: ${words(reasonOf(error))}`);
    }
  return findings;
}

/** @throws what is no refusal and no error of the system: that is the program's own */
function reasonOf(error: unknown): string {
  if (error instanceof Refusal || isSystemError(error)) return error.message;
  throw error;
}
