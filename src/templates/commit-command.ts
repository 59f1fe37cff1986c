import { spawn } from 'node:child_process';
import { CONFIGURATION_FILE } from '../devices/configuration.ts';
import { addon, type FileStatus } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { printable } from '../words/printable.ts';
import { Refusal } from '../words/refusal.ts';
import { step } from '../words/steps.ts';

/** Bytes: more than is shown of what it says. */
const LONGEST_ANSWER = 4000;

/** How long one that was told to end has for that; milliseconds. */
const PARTING = 2000;

/**
 * Runs the command of COMMIT_COMMAND= with the device whose run has ended, and waits for so long: what does not end then is told
 * to, and left behind.
 * @param milliseconds that it may take
 * @returns the last line that it printed; undefined for nothing
 * @throws Refusal when it cannot be trusted or run, fails, or does not come to its end
 */
export async function runCommitCommand(
  command: string,
  device: string,
  milliseconds: number,
): Promise<string | undefined> {
  requireTrusted(command);
  const { status, signal, printed, complaints, late } = await step(`${command} ${device}`, () =>
    run(command, device, milliseconds),
  );
  if (late)
    throw failure(command, device, `did not end within ${milliseconds / 1000} s`, lastLine(complaints));
  if (status !== 0)
    throw failure(
      command,
      device,
      signal === undefined ? `ended with ${status}` : `was ended by ${signal}`,
      lastLine(complaints),
    );
  return lastLine(printed);
}

function failure(command: string, device: string, what: string, said: string | undefined): Refusal {
  return new Refusal(
    `the run of ${device} is not known to be committed: ${command} ${what}${said === undefined ? '' : `: ${said}`}`,
  );
}

/** It is run by root: whoever could write it, or put another in its place, would be root. */
function requireTrusted(command: string): void {
  const found = resolve(command);
  const named = `COMMIT_COMMAND in ${CONFIGURATION_FILE}, ${command},`;
  if (found === undefined) throw new Refusal(`${named} does not exist: correct it`);
  if (found.kind !== 'file') throw new Refusal(`${named} is a ${found.kind}: give a program`);
  if ((found.mode & 0o111) === 0) throw new Refusal(`${named} is no program: chmod a+x ${command}`);
  for (let path = found.path; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
    const status = resolve(path);
    if (status !== undefined && (status.user !== 0 || (status.mode & 0o022) !== 0))
      throw new Refusal(
        `${named} could be exchanged by others than root: chown root ${path}, chmod go-w ${path}`,
      );
  }
}

function resolve(path: string): (FileStatus & { path: string }) | undefined {
  try {
    return addon().resolveFile(path) ?? undefined;
  } catch (error) {
    if (isSystemError(error))
      throw new Refusal(`COMMIT_COMMAND, ${path}, cannot be looked at (${error.code})`);
    throw error;
  }
}

interface Ended {
  status: number | undefined;
  signal: string | undefined;
  printed: string;
  complaints: string;
  /** Whether it was not at its end in time. */
  late: boolean;
}

function run(command: string, device: string, milliseconds: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const process = spawn(command, [device], {
      cwd: '/',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const texts = { printed: '', complaints: '' };
    const listen = (stream: NodeJS.ReadableStream, name: keyof typeof texts) =>
      stream.setEncoding('utf8').on('data', (text: string) => {
        texts[name] = (texts[name] + text).slice(-LONGEST_ANSWER);
      });
    listen(process.stdout, 'printed');
    listen(process.stderr, 'complaints');
    let late = false;
    const end = (ended: Pick<Ended, 'status' | 'signal'>) => {
      clearTimeout(clock);
      clearTimeout(parting);
      resolve({ ...ended, ...texts, late });
    };
    let parting: NodeJS.Timeout | undefined;
    const clock = setTimeout(() => {
      late = true;
      process.kill('SIGTERM');
      parting = setTimeout(() => {
        process.kill('SIGKILL');
        process.unref();
        process.stdout.destroy();
        process.stderr.destroy();
        end({ status: undefined, signal: undefined });
      }, PARTING);
    }, milliseconds);
    process.once('error', error => {
      clearTimeout(clock);
      reject(new Refusal(`${command} could not be run: ${error.message}`));
    });
    process.once('close', (status, signal) =>
      end({ status: status ?? undefined, signal: signal ?? undefined }),
    );
  });
}

function lastLine(text: string): string | undefined {
  const line = text.trimEnd().split('\n').at(-1)?.trim();
  return line === undefined || line === '' ? undefined : printable(line);
}
