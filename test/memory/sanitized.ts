// Runs calls.js under the sanitizers that the addon is built with: on Node, and on the engine, which is built with them too.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { PROJECT } from '../unit/executable.ts';
import type { Report } from './calls.ts';

/** The sanitizer's own memory must not look like growth; node itself leaves things behind at its end. */
const ADDRESS = [
  'detect_leaks=0',
  'quarantine_size_mb=1',
  'thread_local_quarantine_size_kb=64',
  'detect_stack_use_after_return=1',
];

/** Collecting garbage is most of what takes time, and is faster by itself than beside others. */
const FOR_GROWTH = ['--expose-gc', '--single-threaded-gc', '--no-opt'];

/** gcc's library, which has to be there before any other: what the addon was built with. */
const library = execFileSync('cc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();

/** Milliseconds; ten times what it takes. */
const LONGEST = 30 * 60_000;

export type Runtime = 'Node' | 'the engine';

interface Run {
  reports: Report[];
  /** How the program ended. */
  end: string;
  /** The call that was under way at its end, and what the sanitizers said of it. */
  last: string;
  said: string[];
}

/** What runs the calls, and what it needs around it besides. */
const RUNTIMES: Readonly<Record<Runtime, { command: readonly string[]; environment: NodeJS.ProcessEnv }>> = {
  Node: {
    command: [process.execPath, ...FOR_GROWTH, join(PROJECT, 'build/test/memory/calls.js')],
    environment: { LD_PRELOAD: library },
  },
  'the engine': { command: [join(PROJECT, 'dist/sanitized/engine')], environment: {} },
};

/** @param set which of the functions; @param calls how many of each to see that nothing grows */
async function run(runtime: Runtime, set: string, calls: number): Promise<Run> {
  // In memory: of disks some filesystems take all the room that they have before they say that it is not enough.
  const scratch = mkdtempSync('/dev/shm/block-snapshot-memory-');
  const sockets = spawn('perl', [join(PROJECT, 'test/memory/sockets.pl'), scratch], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await Promise.race([
      once(sockets.stdout, 'data'),
      once(sockets, 'exit').then(() => {
        throw new Error('sockets.pl did not start');
      }),
    ]);
    const { command, environment } = RUNTIMES[runtime];
    const [program = '', ...parameters] = [...command, scratch, set, String(calls)];
    const child = spawn(program, parameters, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: scratch,
      // Whatever waits for ever is ended, and named as the last call.
      timeout: LONGEST,
      killSignal: 'SIGKILL',
      env: {
        ...process.env,
        ...environment,
        ASAN_OPTIONS: [...ADDRESS, `log_path=${scratch}/report`].join(':'),
        UBSAN_OPTIONS: 'print_stacktrace=1',
      },
    });
    const [output, errors, [status, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    const logs = readdirSync(scratch).filter(name => name.startsWith('report'));
    return {
      reports: output
        .split('\n')
        .filter(line => line.endsWith('}'))
        .map(line => JSON.parse(line) as Report),
      end: String(signal ?? status),
      last: readFileSync(join(scratch, 'call'), 'utf8').trimEnd(),
      said: [errors, ...logs.map(name => readFileSync(join(scratch, name), 'utf8'))].filter(
        said => said !== '',
      ),
    };
  } finally {
    sockets.stdin.end();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Checks what became of all calls. @param calls how many of each function to see that nothing grows */
export async function callUnderSanitizers(
  runtime: Runtime,
  set: 'files' | 'kernel',
  calls: number,
): Promise<void> {
  const { reports, end, last, said } = await run(runtime, set, calls);
  t.same(said, [], `on ${runtime} the sanitizers have nothing to say`);
  t.equal(end, '0', end === '0' ? 'all calls were made' : `all calls were made: the last was ${last}`);
  for (const report of reports)
    if ('exported' in report)
      t.same(report.tried, report.exported, 'every function of the addon is tried, and no other');
    else
      t.same(
        { wrong: report.wrong, grown: report.grown, leftOpen: report.leftOpen },
        { wrong: [], grown: null, leftOpen: 0 },
        `${report.name} on ${runtime}: whatever it is given, it answers or says what is wrong (${report.calls} ways)${calls > 0 ? ', and nothing grows' : ''}`,
      );
}
