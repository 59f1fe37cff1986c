// A version on iSCSI: the kernel's own target, and open-iscsi, on loopback inside.
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { check } from '../checks.ts';
import { loadModules } from '../filesystems/modules.ts';
import { hashOf, MEBIBYTE } from '../images.ts';
import { planMessage } from '../kernel-log.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare, run } from '../programs.ts';
import { setUpNbd, waitFor } from './nbd.ts';

const TARGET = 'iqn.2003-01.org.example:version';
const CONFIG = '/sys/kernel/config/target';
const GROUP = `${CONFIG}/iscsi/${TARGET}/tpgt_1`;

/** Serves a file as a LUN that cannot be written. */
function serve(file: string): void {
  // What brings the loopback interface up.
  setUpNbd();
  loadModules('configfs', 'target_core_mod', 'target_core_file', 'iscsi_target_mod', 'sd_mod', 'iscsi_tcp');
  for (const pattern of [
    // The target has no folder for what it keeps, and looks for backends that it is not given.
    '^db_root: cannot open: /etc/target',
    '^Unable to load target_core_',
    '^MODE SENSE: unimplemented page/subpage: ',
    // It goes away.
    '^ ?(connection|session)[0-9]+:',
    '^sd [0-9:]+ ',
    '^I/O error, dev sd[a-z]+, ',
    '^Buffer I/O error on dev (sd[a-z]+|dm-[0-9]+), ',
    '^(blk_update_request: )?I/O error, dev sd[a-z]+, ',
  ])
    planMessage(pattern);
  if (!existsSync(CONFIG)) must('mount', '-t', 'configfs', 'none', '/sys/kernel/config');
  const store = `${CONFIG}/core/fileio_0/version`;
  mkdirSync(store, { recursive: true });
  writeFileSync(`${store}/control`, `fd_dev_name=${file},fd_dev_size=${4 * MEBIBYTE}`);
  writeFileSync(`${store}/enable`, '1');
  for (const folder of [
    `${CONFIG}/iscsi/${TARGET}`,
    GROUP,
    `${GROUP}/lun/lun_0`,
    `${GROUP}/np/127.0.0.1:3260`,
  ])
    mkdirSync(folder, { recursive: true });
  symlinkSync(store, `${GROUP}/lun/lun_0/version`);
  for (const [name, value] of [
    ['authentication', '0'],
    ['generate_node_acls', '1'],
    ['demo_mode_write_protect', '1'],
    ['cache_dynamic_acls', '1'],
  ])
    writeFileSync(`${GROUP}/attrib/${name}`, value ?? '');
  writeFileSync(`${GROUP}/enable`, '1');
}

/** Logs in. @returns what the kernel calls the disk */
function logIn(): string {
  must(
    'iscsistart',
    '-i',
    'iqn.2003-01.org.example:host',
    '-t',
    TARGET,
    '-g',
    '1',
    '-a',
    '127.0.0.1',
    '-p',
    '3260',
  );
  const sessions = () => readdirSync('/sys/class/iscsi_session');
  waitFor('a session of iSCSI', () => sessions().length > 0);
  const disks = () => readdirSync('/sys/block').filter(name => name.startsWith('sd'));
  waitFor('the disk of a session', () => disks().length > 0);
  return disks()[0] ?? '';
}

check(
  'a version on iSCSI is a base, and asked for a block: a target that is gone is said, and holds nothing up',
  (test, template) => {
    serve(template.root);
    const name = logIn();
    const [session = ''] = readdirSync('/sys/class/iscsi_session');
    writeFileSync(`/sys/class/iscsi_session/${session}/recovery_tmo`, '5');
    const base = `/dev/${name}`;
    const node = mustPrepare('snapshot', base, template.vm1);
    test.equal(hashOf(node), template.hash);
    test.match(blockSnapshot('prepare', 'origin', `${base}:${template.rootCow}`), {
      status: 1,
      stderr: /is a block device that cannot be written/,
    });
    writeFileSync(`${GROUP}/enable`, '0');
    test.match(blockSnapshot('prepare', 'snapshot', `${base}:${template.vm2}`), {
      status: 1,
      stderr: /^block-snapshot: base \/dev\/sd\w+ (?:gave no block within 1 s|cannot be read)/,
    });
    test.match(blockSnapshot('list'), { status: 0, stderr: '' });
    mustCleanup('snapshot', node);
    run('sh', ['-c', `echo 1 >/sys/block/${name}/device/delete`]);
  },
);
