// The end of a template's run that is on a block device: its storage makes the version.
import { chmodSync, chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { runCommitCommand } from '../../../../src/templates/commit-command.ts';
import { Refusal } from '../../../../src/words/refusal.ts';
import { check, checkLasting } from '../checks.ts';
import { disk, mustAdd, mustRemove, pathOf } from '../hotplug/disks.ts';
import { LOG } from '../hotplug/surroundings.ts';
import { blockSnapshot, must } from '../programs.ts';
import { processes, waitFor } from './nbd.ts';
import { withVersions } from './with-versions.ts';

const CONFIGURATION = '/etc/block-snapshot.conf';

/** A program for COMMIT_COMMAND=, in a folder that only root can write to. */
function configureCommand(script: string): string {
  const path = '/etc/commit-version';
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  writeFileSync(CONFIGURATION, `BASE_TIMEOUT=1\nCOMMIT_COMMAND=${path}\n`);
  return path;
}

check(
  'the commit of a block device tells which command makes the version, and runs the one that is configured',
  (test, template) => {
    withVersions(template, ({ head, v1 }) => {
      const before = readFileSync(CONFIGURATION, 'utf8');
      const commit = (...options: string[]) => blockSnapshot('commit', ...options, head);
      test.match(commit(), {
        status: 1,
        stdout: '',
        stderr:
          /^block-snapshot: template \S+ is a block device, and its versions are its storage's: rbd snap create pool\/image@NAME; COMMIT_COMMAND= in \/etc\/block-snapshot\.conf names a program that does so\n$/,
      });
      test.match(blockSnapshot('commit', v1).stderr, /make a read-only snapshot of it with what serves it/);
      test.match(commit('--dry-run'), { status: 0, stdout: /rbd snap create pool\/image@NAME/ });
      const mark = `${template.folder}/made`;
      const command = configureCommand(`echo "$#" "$1" >${mark}; echo pool/image@v3`);
      test.match(commit('--dry-run').stdout, `run: ${command} ${head}\n`);
      test.notOk(existsSync(mark), 'a dry run runs nothing');
      test.match(commit(), { status: 0, stdout: `${head}: committed: pool/image@v3\n`, stderr: '' });
      test.equal(readFileSync(mark, 'utf8'), `1 ${head}\n`);
      test.same(JSON.parse(commit('--json').stdout), {
        template: head,
        committed: true,
        version: 'pool/image@v3',
      });
      configureCommand('echo first >&2; echo "no such pool" >&2; exit 7');
      test.match(commit(), {
        status: 1,
        stdout: '',
        stderr: `block-snapshot: the run of ${head} is not known to be committed: ${command} ended with 7: no such pool\n`,
      });
      for (const [what, spoil, mend, said] of [
        [
          'that others can write',
          () => chmodSync(command, 0o757),
          () => must('chmod', 'go-w', command),
          /chmod go-w \/etc\/commit-version\n$/,
        ],
        [
          "that is not root's",
          () => chownSync(command, 1, 1),
          () => must('chown', 'root', command),
          /chown root \/etc\/commit-version,/,
        ],
        [
          'in a folder that others can write',
          () => chmodSync('/etc', 0o777),
          () => must('chmod', 'go-w', '/etc'),
          /chmod go-w \/etc\n$/,
        ],
        ['that is none', () => chmodSync(command, 0o644), () => chmodSync(command, 0o755), /is no program/],
      ] as const) {
        spoil();
        test.match(commit(), { status: 1, stdout: '', stderr: said }, `a program ${what} is not run`);
        mend();
        test.match(commit().stderr, /ended with 7/, 'and it is when that was mended');
      }
      rmSync(command);
      test.match(commit(), {
        status: 1,
        stderr: /COMMIT_COMMAND in \S+, \S+, does not exist: correct it\n$/,
      });
      writeFileSync(CONFIGURATION, before);
    });
  },
);

checkLasting('a commit command that does not come to its end is ended', async (test, _template) => {
  const before = readFileSync(CONFIGURATION, 'utf8');
  for (const [what, script] of [
    ['at once', 'echo begun >&2; exec sleep 1000'],
    ['by force', 'trap "" TERM; echo begun >&2; exec sleep 1000'],
  ] as const) {
    const command = configureCommand(script);
    const refusal = await runCommitCommand(command, '/dev/nbd0', 1000).catch((error: unknown) => error);
    test.ok(refusal instanceof Refusal);
    test.equal(
      (refusal as Refusal).message,
      `the run of /dev/nbd0 is not known to be committed: ${command} did not end within 1 s: begun`,
      what,
    );
    waitFor('its end', () => processes().every(({ name, state }) => name !== 'sleep' || state === 'Z'));
  }
  writeFileSync(CONFIGURATION, before);
});

check(
  'the hotplug script runs no command when a template on a block device stops, and says so',
  (test, template) => {
    withVersions(template, ({ head }) => {
      const before = readFileSync(CONFIGURATION, 'utf8');
      const mark = `${template.folder}/made`;
      configureCommand(`touch ${mark}`);
      const origin = disk(410, 'origin');
      mustAdd(origin, `${head}:${template.rootCow}`);
      mustRemove(origin);
      test.notOk(existsSync(mark));
      const line = readFileSync(LOG, 'utf8')
        .split('\n')
        .find(one => one.includes(pathOf(origin)) && one.includes('not committed'));
      test.match(
        line,
        `not committed: ${head} is a block device, whose versions its storage makes: block-snapshot commit ${head}`,
      );
      writeFileSync(CONFIGURATION, before);
    });
  },
);
