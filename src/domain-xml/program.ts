import { execa } from 'execa';
import { Refusal } from '../words/refusal.ts';
import { step } from '../words/steps.ts';

export interface ProgramRequest {
  program: string;
  args: readonly string[];
  /** What to do when the program is not there, as "install …". */
  remedy: string;
  /** Seconds after which it is killed; a minute where nothing is said. */
  limit?: number;
}

export interface ProgramResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

const LONGEST_RUN = 60;

/**
 * Runs a program to its end, whatever its exit code. It gets an environment of its own: the caller's PATH
 * without relative folders, and virsh's LIBVIRT_DEFAULT_URI.
 * @throws Refusal for one that is missing, is killed, or takes longer than its limit
 */
export async function runProgram({
  program,
  args,
  remedy,
  limit = LONGEST_RUN,
}: ProgramRequest): Promise<ProgramResult> {
  const result = await step([program, ...args].join(' '), () =>
    execa(program, args, {
      env: cleanEnvironment(),
      extendEnv: false,
      cwd: '/',
      stdin: 'ignore',
      reject: false,
      timeout: limit * 1000,
      stripFinalNewline: true,
    }),
  );
  if (result.code === 'ENOENT') throw new Refusal(`${program} is not installed: ${remedy}`);
  if (result.timedOut) throw new Refusal(`${program}: did not end within ${limit} seconds`);
  if (result.exitCode === undefined) {
    throw new Refusal(`${program}: ${result.shortMessage?.split('\n')[0] ?? 'could not be run'}`);
  }
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

function cleanEnvironment(): Record<string, string> {
  const { PATH = '', LIBVIRT_DEFAULT_URI, HOME } = process.env;
  const folders = PATH.split(':').filter(folder => folder.startsWith('/'));
  return {
    PATH: folders.length > 0 ? folders.join(':') : '/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C.UTF-8',
    ...(HOME === undefined ? {} : { HOME }),
    ...(LIBVIRT_DEFAULT_URI === undefined ? {} : { LIBVIRT_DEFAULT_URI }),
  };
}
