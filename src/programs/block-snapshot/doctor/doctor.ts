import type { Program } from '../../../doctor/checks.ts';
import { type Examination, examine } from '../../../doctor/examine.ts';
import { hostFacts } from '../../../doctor/host-facts.ts';
import { examinationLines, factLines } from '../../../doctor/text.ts';
import { type Veil, veiled, verbatim } from '../../../doctor/veil.ts';
import { host } from '../../../host/host.ts';
import { coloursFor } from '../../../words/colours.ts';
import { EXIT_ERROR, usageError } from '../../../words/refusal.ts';
import { processTerminal } from '../../terminal.ts';
import { VERSION } from '../../version.ts';
import { DOCTOR } from './usage.ts';

/** Something was found; what could not be looked at weighs more. */
const EXIT_FOUND = 3;

interface Options {
  json: boolean;
  fix: boolean;
  report: boolean;
  verbatim: boolean;
}

/** `doctor [--json] [--fix] [--report [--verbatim]]`: what is not as it should be, what it means, and what mends it. */
export async function runDoctor(parameters: readonly string[]): Promise<void> {
  const options = await readOptions(parameters);
  const program: Program = { path: process.execPath, version: VERSION };
  let examination = await examine(program);
  if (options.fix) {
    const { fixFindings } = await import('./fix.ts');
    if (await fixFindings(examination.findings, program.path)) examination = await examine(program);
  }
  await show(examination, options);
  host.setExitStatus(
    examination.unseen.length > 0 ? EXIT_ERROR : examination.findings.length > 0 ? EXIT_FOUND : 0,
  );
}

async function show(examination: Examination, { json, report, verbatim: asItIs }: Options): Promise<void> {
  const terminal = processTerminal();
  const veil: Veil = report && !asItIs ? veiled() : verbatim();
  if (json) {
    const { examinationJson } = await import('../../../doctor/json.ts');
    terminal.print(examinationJson(examination, hostFacts(VERSION, examination), veil));
    return;
  }
  const lines = [
    ...(report ? [...factLines(hostFacts(VERSION, examination)), ''] : []),
    ...examinationLines(examination, veil, coloursFor(terminal.interactive, process.env)),
    ...(report && examination.findings.length + examination.unseen.length === 0 ? ['nothing was found'] : []),
  ];
  if (lines.length > 0) terminal.print(`${lines.join('\n')}\n`);
}

/** The common call is read without yargs, which costs more to load than all that is looked at. */
async function readOptions(parameters: readonly string[]): Promise<Options> {
  const plain: Options = { json: false, fix: false, report: false, verbatim: false };
  if (parameters.length === 0) return plain;
  if (parameters.length === 1 && parameters[0] === '--json') return { ...plain, json: true };
  const { commandArguments } = await import('../../command-arguments.ts');
  const options = await commandArguments(DOCTOR, parameters);
  const { json, fix, report, verbatim: asItIs } = options;
  if (asItIs && !report) throw usageError(`--verbatim is for --report: usage: ${DOCTOR.usage}`);
  if (fix && report) throw usageError(`--fix and --report are two things: usage: ${DOCTOR.usage}`);
  return { json, fix, report, verbatim: asItIs };
}
