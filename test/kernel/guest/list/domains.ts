import { forgetRecord, writeRecord } from '../../../../src/claims/records.ts';
import { parseNode } from '../../../../src/devices/request/node-request.ts';
import { attachmentKey } from '../../../../src/libvirt/attachments.ts';
import { makeDomainLink, removeDomainLink, removeLinkFolder } from '../../../../src/libvirt/domain-links.ts';
import { check } from '../checks.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot, must } from '../programs.ts';
import { onlyTemplate, seen } from './seen.ts';

const UUID = '0a6f4a5c-53c1-4c56-8d0e-1f2c0b9c3f11';
const KEY = attachmentKey('qemu', UUID, 'vda');

check(
  "a domain of libvirt's is named by its link, and its claim keeps a device that nobody has open",
  (test, template) => {
    const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
    writeRecord(KEY, { parameters: 'BASE:COW', device: parseNode(node) });
    const domain = { kind: 'libvirt', driver: 'qemu', uuid: UUID, name: null, target: 'vda' };
    const ownLayer = () => onlyTemplate().versions[0]?.layers[0];
    test.strictSame(ownLayer()?.users, [domain], 'without a link it has no name');
    makeDomainLink('two words', 'vda', node);
    test.strictSame(ownLayer()?.users, [{ ...domain, name: 'two words' }]);
    test.match(ownLayer(), { unused: false, unknownUsers: 0 });
    test.same(seen().unused, []);
    test.match(blockSnapshot('list').stdout, / two words \(vda\)\n/);
    const { status, stderr } = blockSnapshot('trim', template.root);
    test.equal(status, 1);
    test.match(stderr, `VM two words (libvirt, disk ${KEY}) has ${node}`);
    forgetRecord(KEY);
    test.same(seen().unused, [node], 'without the claim nobody uses it');
    writeRecord('abandoned-1-1-vda', { parameters: 'BASE:COW', device: parseNode(node) });
    test.same(seen().unused, [node], 'what is abandoned is no claim');
    forgetRecord('abandoned-1-1-vda');
    removeLinks();
    cleanupHere('snapshot', node);
  },
);

check("the record of a domain's device that is not there is shown", (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  writeRecord(KEY, { parameters: 'BASE:COW', device: parseNode(node) });
  makeDomainLink('two words', 'vda', node);
  must('dmsetup', 'remove', node);
  test.match(seen(), {
    templates: [],
    staleRecords: [{ record: KEY, domain: null, name: 'two words', disk: null, target: 'vda', node }],
  });
  forgetRecord(KEY);
  removeLinks();
});

function removeLinks(): void {
  removeDomainLink('two words', 'vda');
  removeLinkFolder('two words');
}
