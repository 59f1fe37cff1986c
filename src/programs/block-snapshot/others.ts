import { host } from '../../host/host.ts';
import type { OtherCommand } from './run.ts';

type Command = (parameters: readonly string[]) => void | Promise<void>;

const COMMANDS: Readonly<Record<OtherCommand, Command>> = {
  'domain-xml': async parameters => {
    const { runDomainXml } = await import('../domain-xml/main.ts');
    const { OTHER_CALLS } = await import('../domain-xml/other-calls.ts');
    host.setExitStatus(await runDomainXml(parameters, OTHER_CALLS));
  },
  '--help': async parameters => (await import('../manual/help.ts')).runHelp(parameters),
  '--dry-run': async parameters => (await import('./dry-run.ts')).runDryRun(parameters),
  commit: async parameters => (await import('./template/commit.ts')).runCommit(parameters),
  revert: async parameters => (await import('./template/revert.ts')).runRevert(parameters),
  revisions: async parameters => (await import('./template/revisions.ts')).runRevisions(parameters),
  trim: async parameters => (await import('./template/trim.ts')).runTrim(parameters),
  derive: async parameters => (await import('./template/derive.ts')).runDerive(parameters),
  dedupe: async parameters => (await import('./template/dedupe.ts')).runDedupe(parameters),
  convert: async parameters => (await import('./template/convert.ts')).runConvert(parameters),
  volatile: async parameters => (await import('./template/volatile.ts')).runVolatile(parameters),
  list: async parameters => (await import('./overview/list.ts')).runList(parameters),
  doctor: async parameters => (await import('./doctor/doctor.ts')).runDoctor(parameters),
  graph: async parameters => (await import('./overview/graph.ts')).runGraph(parameters),
  complete: async parameters => (await import('../manual/complete.ts')).runComplete(parameters),
};

/** Runs a command that is not hot. @throws Refusal */
export function runOther(command: OtherCommand, parameters: readonly string[]): void | Promise<void> {
  return COMMANDS[command](parameters);
}
