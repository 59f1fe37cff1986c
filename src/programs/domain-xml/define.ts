import type { CommandModule } from 'yargs';
import type { Terminal } from '../terminal.ts';
import { showProgress } from './progress.ts';
import { type ProposalArguments, proposalOptions, propose } from './propose.ts';

/** `domain-xml define NAME`: hands the domain to libvirt, and shows what that changes. */
export function defineCommand(
  terminal: Terminal,
  fail: () => void,
): CommandModule<object, ProposalArguments> {
  return {
    command: 'define <name>',
    describe: 'Define a VM in libvirt, and show what that changes',
    builder: proposalOptions,
    handler: async options => {
      const { name, connect } = options;
      const progress = await showProgress(terminal);
      try {
        const proposal = await propose(options, terminal, progress);
        if (proposal === undefined) return fail();
        const { defineDomain } = await import('../../domain-xml/define.ts');
        const { isActive } = await import('../../domain-xml/run-domain.ts');
        progress.step(`${name}: defining`);
        await defineDomain(proposal, connect);
        const runs = proposal.uuid !== undefined && (await isActive(proposal.uuid, connect));
        progress.end();
        terminal.print(
          `${name}: defined (${proposal.path})${runs ? '; it runs: this holds from its next start on' : ''}\n`,
        );
      } finally {
        progress.end();
      }
    },
  };
}
