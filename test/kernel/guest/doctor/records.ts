import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { RECORDS_FOLDER } from '../../../../src/claims/claims.ts';
import { forgetRecord, writeRecord } from '../../../../src/claims/records.ts';
import { parseNode } from '../../../../src/devices/request/node-request.ts';
import { checkLasting } from '../checks.ts';
import { statKey, type Template } from '../images.ts';
import { must } from '../programs.ts';
import { diagnose, finds } from './diagnosis.ts';

const RECORDS = ['backend-vbd-7-51712', 'libvirt-qemu-6d1a5b1e-0c5a-4f4e-8b1a-3f1d2c4b5a69-vda'];
const nodeOf = ({ root, rootCow }: Template) => `/dev/mapper/snapshot-${statKey(root)}-${statKey(rootCow)}`;

function writeStale(template: Template, key: string): void {
  writeRecord(key, {
    parameters: `${template.root}:${template.rootCow}`,
    device: parseNode(nodeOf(template)),
  });
}

for (const key of RECORDS)
  finds(`a record of a device that is gone: ${key}`, {
    kinds: ['stale-record'],
    mends: true,
    plant: template => writeStale(template, key),
  });

checkLasting(
  'a record goes by itself only where no VM can be just starting with it',
  async (test, template) => {
    const [key = ''] = RECORDS;
    const safe = async () => (await diagnose()).findings.map(finding => finding.safe);
    writeStale(template, key);
    test.same(await safe(), [false]);
    const before = Date.now() / 1000 - 120;
    utimesSync(`${RECORDS_FOLDER}/${key}-node`, before, before);
    test.same(await safe(), [true]);
    forgetRecord(key);
  },
);

finds('a record that was cut short', {
  kinds: ['damaged-record'],
  mends: true,
  plant: template => {
    mkdirSync(RECORDS_FOLDER, { recursive: true });
    writeFileSync(`${RECORDS_FOLDER}/backend-vbd-9-51712-node`, nodeOf(template).slice(0, -3));
  },
});

finds('records that others can write', {
  kinds: ['open-records'],
  mends: true,
  plant: () => {
    mkdirSync(RECORDS_FOLDER, { recursive: true });
    must('chmod', '777', RECORDS_FOLDER);
  },
});

finds('a link of a domain that leads to nothing', {
  kinds: ['stale-link'],
  mends: true,
  plant: template => {
    mkdirSync('/run/block-snapshot/work');
    symlinkSync(nodeOf(template), '/run/block-snapshot/work/vda');
  },
});
