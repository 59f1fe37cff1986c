import { host } from './host/host.ts';
import { run } from './programs/block-snapshot/run.ts';
import { complain } from './words/complaint.ts';
import { failureText } from './words/failure-text.ts';
import { exitStatusOf } from './words/refusal.ts';

const program = host.calledBy.slice(host.calledBy.lastIndexOf('/') + 1);

if (program === 'domain-xml') {
  const { runDomainXml } = await import('./programs/domain-xml/main.ts');
  host.setExitStatus(await runDomainXml(host.parameters));
} else {
  try {
    await run(program, host.parameters);
  } catch (error) {
    complain(failureText(error));
    host.setExitStatus(exitStatusOf(error));
  }
}
