// dedupe that is ended in the middle: interrupted, killed, by errors; and templates that start meanwhile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { hashOf, MEBIBYTE, makeImage } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { refusalOf } from '../life/in-process.ts';
import { executable, run } from '../programs.ts';
import { callsFrom, runKilledAt, type SystemCall } from '../system-calls.ts';
import { dedupeHere } from './in-process.ts';
import { addressOf, checkSharing, newTemplate, SAMPLED } from './sharing-filesystem.ts';

/** Two images of the same bytes, none of which they share. */
function twoAlike(point: string, megabytes: number): { first: string; second: string; hash: string } {
  const first = makeImage(newTemplate(point, 'first'), megabytes * MEBIBYTE, 'random');
  const second = newTemplate(point, 'second');
  shareNothing(first, second);
  return { first, second, hash: hashOf(first) };
}

/** Written anew, its blocks are its own. */
function shareNothing(first: string, second: string): void {
  writeFileSync(second, readFileSync(first));
}

/** The calls with which a dedupe of two images shares. */
function sharingCalls(first: string, second: string): SystemCall[] {
  const shares = /^ioctl\(\d+, (?:FIDEDUPERANGE|BTRFS_IOC_FILE_EXTENT_SAME)/;
  const calls = callsFrom(shares, ['dedupe', first, second]).filter(({ line }) => shares.test(line));
  shareNothing(first, second);
  return calls;
}

checkSharing('Ctrl-C ends it at once, and the same command goes on', async (test, point) => {
  const { first, second, hash } = twoAlike(point, 24);
  // Slow enough to be far from its end when it is interrupted: that is when the first piece has been shared.
  const child = spawn(executable(), ['dedupe', first, second, '--rate', '24M', '-v'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', text => {
    said += text;
    if (said.includes(' ms  shareRange ')) child.kill('SIGINT');
  });
  const [status] = await once(child, 'close');
  test.equal(status, 130);
  test.equal(
    said.trimEnd().split('\n').at(-1),
    'block-snapshot: interrupted: what is shared stays shared, no byte has changed, and the same command goes on',
  );
  test.same([first, second].map(hashOf), [hash, hash]);
  const { shared } = await dedupeHere([first, second]);
  test.ok(shared > 0 && shared < 24 * MEBIBYTE, `${shared} were left to do`);
  test.match(await dedupeHere([first, second]), { shared: 0 });
  test.same([first, second].map(hashOf), [hash, hash]);
});

checkSharing(
  'killed as it shares, it has changed no byte, and the next one goes on',
  async (test, point) => {
    const { first, second, hash } = twoAlike(point, 20);
    const calls = sharingCalls(first, second);
    test.equal(calls.length, 2, 'pieces of 16 MiB');
    for (const [index, call] of calls.entries()) {
      test.ok(runKilledAt(call, ['dedupe', first, second]), call.line);
      test.same([first, second].map(hashOf), [hash, hash]);
      const { shared } = await dedupeHere([first, second]);
      test.equal(shared, (20 - 16 * index) * MEBIBYTE, 'the rest');
      test.same([first, second].map(hashOf), [hash, hash]);
      shareNothing(first, second);
    }
  },
  SAMPLED,
);

checkSharing(
  'errors of the kernel are said in one line, and nothing is lost',
  async (test, point) => {
    const { first, second, hash } = twoAlike(point, 1);
    const [share] = sharingCalls(first, second);
    const [read] = callsFrom(/^pread64\(\d+, .*, 1048576, 0\)/, ['dedupe', first, second]);
    shareNothing(first, second);
    if (share === undefined || read === undefined) throw new Error('no such call');
    const could = `blocks of ${first} and ${second} could not be shared`;
    for (const [call, error, said] of [
      [share, 'EIO', `${could} (EIO): no byte has changed, and what was shared before stays so; see dmesg`],
      [share, 'ENOSPC', `${could} (ENOSPC): no byte has changed, .* make some room`],
      [share, 'ETXTBSY', `${could} (ETXTBSY): .* switch that off`],
      [share, 'EXDEV', `${first} and ${second} are on two filesystems`],
      [share, 'EINVAL', `template ${second} is on \\w+, where files cannot share blocks (EINVAL)`],
      [share, 'EOPNOTSUPP', `where files cannot share blocks (EOPNOTSUPP): that takes XFS`],
      [read, 'EIO', `template ${first} cannot be read (EIO): no byte has changed; mend its disk`],
    ] as const) {
      const { status, stdout, stderr } = run('strace', [
        ...['-qq', '-o', '/dev/null', '-e', `trace=${call.name}`],
        ...['-e', `inject=${call.name}:error=${error}:when=${call.occurrence}`],
        ...[executable(), 'dedupe', first, second],
      ]);
      test.same([status, stdout, stderr.split('\n').length], [1, '', 2], error);
      test.match(stderr, new RegExp(said.replace(/[()]/g, '\\$&')));
      test.same([first, second].map(hashOf), [hash, hash]);
    }
    test.match(await dedupeHere([first, second]), { shared: MEBIBYTE });
  },
  SAMPLED,
);

checkSharing(
  'a template on which something starts meanwhile is left alone from then on',
  async (test, point) => {
    const { first, second, hash } = twoAlike(point, 40);
    const left: string[] = [];
    let node: string | undefined;
    const progress = {
      start: () => {},
      // The first piece has been shared.
      update: () => {
        if (addressOf(first) === addressOf(second))
          node ??= prepareHere('snapshot', second, `${second}.cow.img`);
      },
      end: () => {},
    };
    makeImage(`${second}.cow.img`, MEBIBYTE);
    const leaveOut = ({ reason }: { reason: string }) => left.push(reason);
    test.match(await dedupeHere([first, second], { progress, leaveOut }), {
      shared: 16 * MEBIBYTE,
      leftOut: [{ template: { image: { path: second } } }],
    });
    test.match(left, [`template ${second} has a snapshot that nobody has open, ${node}`]);
    test.equal(hashOf(node ?? ''), hash);
    cleanupHere('snapshot', node ?? '');
    test.match(await refusalOf(() => dedupeHere([first, `${first}`])), 'are the same file');
  },
);
