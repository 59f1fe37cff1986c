import type { Argv, CommandModule } from 'yargs';
import { Refusal } from '../../words/refusal.ts';
import type { Terminal } from '../terminal.ts';
import { showProgress } from './progress.ts';
import { type ProposalArguments, proposalOptions, propose } from './propose.ts';

interface StartArguments extends ProposalArguments {
  paused: boolean;
  transient: boolean;
}

/** `domain-xml start NAME`: defines the domain and starts it, or creates one that libvirt forgets when it stops. */
export function startCommand(terminal: Terminal, fail: () => void): CommandModule<object, StartArguments> {
  return {
    command: 'start <name>',
    describe: 'Define a VM in libvirt and start it',
    builder: (argv: Argv<object>): Argv<StartArguments> =>
      proposalOptions(argv)
        .option('paused', { type: 'boolean', default: false, describe: 'Leave it paused at its very start' })
        .option('transient', {
          type: 'boolean',
          default: false,
          describe: 'Create it without defining it: libvirt forgets it when it stops',
        }),
    handler: async options => {
      const { name, paused, transient } = options;
      const connect = options.connect;
      const progress = await showProgress(terminal);
      try {
        const proposal = await propose(options, terminal, progress);
        if (proposal === undefined) return fail();
        const { createDomain, defineDomain } = await import('../../domain-xml/define.ts');
        const { isActive, LONGEST_START, startDomain } = await import('../../domain-xml/run-domain.ts');
        if (proposal.uuid !== undefined && (await isActive(proposal.uuid, connect)))
          throw new Refusal(
            `${name} runs already: stop it first (domain-xml stop ${name}), or define it only`,
          );
        progress.step(`${name}: starting`);
        if (transient) {
          await createDomain(proposal, { connect, paused, limit: LONGEST_START });
        } else {
          await defineDomain(proposal, connect);
          await startDomain({ name, uuid: proposal.uuid, connect, paused });
        }
        progress.end();
        terminal.print(`${name}: started${paused ? ', paused' : ''} (${proposal.path})\n`);
      } finally {
        progress.end();
      }
    },
  };
}
