// Whole calls of the hot commands, of which the kernel refuses everything: the name of the program, its parameters, and
// XENBUS_PATH, with NULs between them as the kernel hands them over.
import '../made-up-host.ts';
import { isVerbose } from '../../../src/programs/asked-for.ts';
import { runToItsEnd } from '../../../src/programs/block-snapshot/run.ts';
import { call } from '../made-up-host.ts';
import { makeUpKernel, systemError } from '../made-up-kernel.ts';
import { must } from '../oracle.ts';
import { textOf } from '../pieces.ts';

export async function fuzz(data: Uint8Array): Promise<void> {
  const [by = '', path = '', ...given] = textOf(data).split('\0');
  // It has every function of the kernel listed, which one that is made up cannot do.
  const parameters = given.filter(parameter => !isVerbose(parameter));
  const said = { 1: '', 2: '' };
  makeUpKernel(
    {
      writeText(descriptor, text) {
        said[descriptor as 1 | 2] += text;
      },
      fileStatus: () => null,
      readText: () => null,
      readNext: () => new Uint8Array(),
      holdSignals() {},
      releaseSignals() {},
    },
    name => {
      throw systemError('EPERM', name);
    },
  );
  Object.assign(call, {
    by,
    parameters,
    status: 0,
    environment: new Map(path === '' ? [] : [['XENBUS_PATH', path]]),
  });
  const others: string[] = [];
  await runToItsEnd((command, rest) => {
    others.push(command);
    must(rest.length <= parameters.length + 1, 'nothing is added to a call that is handed over');
  });
  const lines = said[2].split('\n').slice(0, -1);
  must(!said[2].includes('internal error'), `no internal error: ${said[2]}`);
  if (call.status === 0) {
    must(
      others.length === 1 || said[1] !== '' || isHook(by),
      'what ends well has answered, or was handed over',
    );
  } else {
    must(
      lines.length >= 1 && lines.slice(0, -1).every(line => line.includes('warning: ')),
      `one line says why: ${said[2]}`,
    );
    must(said[1] === '', 'what fails gives no answer');
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  must(!/[\0-\x09\x0b-\x1f\x7f-\x9f]/.test(said[2]), 'what others have chosen does nothing to a terminal');
}

/** With nothing to do it says nothing. */
function isHook(by: string): boolean {
  return /(?:^|\/)(?:block-snapshot-)?(?:qemu|libxl)$/.test(by);
}
