import { DomainXmlError } from './error.ts';
import { runProgram } from './program.ts';

/**
 * The domain XML that libvirt has of a VM: of a running one too what will hold at its next start, as that is what a
 * definition changes. `connect` is a libvirt URI; null leaves it to virsh. Raises DomainXmlError.
 */
export async function dumpDomain(name: string, connect: string | null): Promise<string> {
  const connection = connect === null ? [] : ['--connect', connect];
  const { exitCode, stdout, stderr } = await runProgram({
    program: 'virsh',
    args: [...connection, 'dumpxml', name, '--inactive'],
    remedy: 'install libvirt-clients (Debian) or libvirt-client (Fedora), or give a file with --against',
  });
  if (exitCode !== 0) {
    const reasons = stderr.split('\n').map(line => line.replace(/^error: /, '').trim());
    const reason = reasons.filter(line => line !== '').join(': ') || `exit code ${exitCode}`;
    throw new DomainXmlError(`virsh dumpxml ${name}: ${reason}`);
  }
  return stdout;
}
