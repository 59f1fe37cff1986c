import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DOM0, lvmVolumes, type Model, type ModelVm, modelWith, pools } from './qubes-model.ts';
import { recordedAnswers } from './recorded.ts';

/** MiB that the host of the family has. */
export const HOST_MEMORY = 16_000;

/** The folder of kernels below the family's folder. */
export const KERNELS = 'vm-kernels';

/** What is in the kernels' folders, and which image files there are. */
const FILES: Record<string, string> = {
  'vm-kernels/6.6.1/vmlinuz': '',
  'vm-kernels/6.6.1/initramfs': '',
  'vm-kernels/6.6.1/modules.img': '',
  'vm-kernels/6.6.1/memory-hotplug-supported': '',
  'vm-kernels/6.6.1/default-kernelopts-common.txt': 'root=/dev/mapper/dmroot ro nomodeset quiet \n',
  'vm-kernels/6.6.1/default-kernelopts-pci.txt': 'iommu=soft\n',
  'vm-kernels/5.15/vmlinuz': '',
  'vm-kernels/5.15/default-kernelopts-nopci.txt': ' nopat xen=1\n',
  'vm-templates/debian-12/root.img': '',
  'vm-templates/debian-12/root-cow.img': '',
  'vm-templates/debian-12/private.img': '',
  'vm-templates/debian-12/private-cow.img': '',
  'appvms/old/root-cow.img': '',
  'appvms/old/private.img': '',
  'appvms/no-tools/root-cow.img': '',
};

/** Makes what the family has on its disk. */
export function makeFamilyFiles(folder: string): void {
  for (const [name, text] of Object.entries(FILES)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** A household of VMs in which every rule has its turn. What qubesd says of them is recorded. */
export function family(folder: string): Model {
  const vms: ModelVm[] = [
    { ...DOM0, features: { 'suspend-s0ix': '1', 'config.default': '' } },
    {
      name: 'fedora-40',
      klass: 'TemplateVM',
      qid: 1,
      features: {
        os: 'Linux',
        qrexec: '1',
        'qubes-agent-version': '4.2',
        'supported-service.meminfo-writer': '1',
        'boot-mode.kernelopts.live': 'boot=live',
      },
      tags: ['whonix-updatevm', 'audiovm-dom0'],
      volumes: [
        { name: 'root', pool: 'vm-pool', vid: 'qubes_dom0/vm-fedora-40-root', rw: true, saveOnStop: true },
        ...lvmVolumes('fedora-40', '').slice(1),
      ],
    },
    {
      name: 'debian-12',
      klass: 'TemplateVM',
      qid: 2,
      stored: { vcpus: '4' },
      features: { os: 'Linux' },
      volumes: [
        { name: 'root', pool: 'varlibqubes', vid: 'vm-templates/debian-12/root', rw: true, saveOnStop: true },
        {
          name: 'private',
          pool: 'varlibqubes',
          vid: 'vm-templates/debian-12/private',
          rw: true,
          saveOnStop: true,
        },
        { name: 'volatile', pool: 'varlibqubes', vid: 'vm-templates/debian-12/volatile', rw: true },
        { name: 'kernel', pool: 'linux-kernel', vid: '6.6.1' },
      ],
    },
    {
      name: 'sys-net',
      klass: 'AppVM',
      qid: 5,
      stored: { template: 'fedora-40', provides_network: 'True', netvm: '', memory: '300' },
      features: { ipv6: '1', servicevm: '1' },
      pci: [
        { backend: 'dom0', port: '0001_03_00.0' },
        {
          backend: 'dom0',
          port: '00_1f.6',
          mode: 'required',
          options: { 'no-strict-reset': 'True', permissive: "it's" },
        },
      ],
      volumes: lvmVolumes('sys-net', 'fedora-40'),
    },
    {
      name: 'sys-firewall',
      klass: 'AppVM',
      qid: 6,
      stored: { template: 'fedora-40', provides_network: 'True', netvm: 'sys-net' },
      features: { 'net.fake-ip': '10.9.9.9' },
      volumes: lvmVolumes('sys-firewall', 'fedora-40'),
    },
    {
      name: 'work',
      klass: 'AppVM',
      qid: 7,
      stored: {
        template: 'fedora-40',
        memory: '600',
        bootmode: 'live',
        kernelopts: 'a=\\b <c> & "d"\ne',
        default_user: 'me',
      },
      features: { 'a-"strange"-<feature>': '', timezone: 'Ünïcode\n' },
      tags: ['hv', 'created-by-dom0'],
      volumes: lvmVolumes('work', 'fedora-40'),
    },
    {
      name: 'late',
      klass: 'AppVM',
      qid: 255,
      stored: { template: 'fedora-40' },
      // The net qube has it; that this one has not ends the search.
      features: { ipv6: '' },
      volumes: lvmVolumes('late', 'fedora-40'),
    },
    {
      name: 'default-dvm',
      klass: 'AppVM',
      qid: 8,
      stored: { template: 'fedora-40', netvm: '', template_for_dispvms: 'True' },
      features: { 'appmenus-dispvm': '1' },
      volumes: lvmVolumes('default-dvm', 'fedora-40'),
    },
    {
      name: 'disp1234',
      klass: 'DispVM',
      qid: 300,
      stored: { template: 'default-dvm', netvm: 'sys-firewall', dispid: '1234' },
      volumes: lvmVolumes('disp1234', 'fedora-40').map(volume =>
        volume.name === 'private'
          ? { ...volume, source: 'qubes_dom0/vm-default-dvm-private', saveOnStop: false, snapOnStart: true }
          : volume,
      ),
    },
    {
      name: 'windows',
      klass: 'StandaloneVM',
      qid: 20,
      stored: {
        virt_mode: 'hvm',
        kernel: '',
        memory: '2048',
        stubdom_mem: '288',
        debug: 'True',
        netvm: '',
        guivm: 'sys-gui',
        audiovm: '',
      },
      features: { timezone: 'localtime', 'audio-model': 'ich6' },
      block: [
        { backend: 'dom0', port: 'mapper_home', mode: 'required', options: { 'frontend-dev': 'xvdz' } },
        {
          backend: 'sys-usb',
          port: 'sda',
          mode: 'required',
          options: { devtype: 'cdrom', 'read-only': 'yes' },
        },
        { backend: 'sys-usb', port: 'sdb1', mode: 'auto-attach' },
      ],
      volumes: [
        { name: 'root', pool: 'reflinks', vid: 'appvms/windows/root', rw: true, saveOnStop: true },
        { name: 'volatile', pool: 'reflinks', vid: 'appvms/windows/volatile', rw: true, ephemeral: true },
        { name: 'kernel', pool: 'linux-kernel', vid: '' },
      ],
    },
    { name: 'sys-usb', klass: 'AppVM', qid: 21, stored: { template: 'fedora-40', netvm: '' } },
    { name: 'sys-gui', klass: 'AppVM', qid: 25, stored: { template: 'fedora-40', netvm: '' } },
    {
      name: 'grub',
      klass: 'StandaloneVM',
      qid: 22,
      stored: { kernel: '' },
      volumes: [
        { name: 'root', pool: 'vm-pool', vid: 'qubes_dom0/vm-grub-root', rw: true, saveOnStop: true },
      ],
    },
    {
      name: 'old',
      klass: 'AppVM',
      qid: 23,
      stored: { template: 'debian-12', netvm: '', kernel: '5.15' },
      volumes: [
        {
          name: 'root',
          pool: 'varlibqubes',
          vid: 'appvms/old/root',
          source: 'vm-templates/debian-12/root',
          rw: true,
          snapOnStart: true,
        },
        // Its cow is not there: it is made when the VM starts.
        { name: 'private', pool: 'varlibqubes', vid: 'appvms/old/private', rw: true, saveOnStop: true },
        { name: 'volatile', pool: 'varlibqubes', vid: 'appvms/old/volatile', rw: true },
        { name: 'kernel', pool: 'linux-kernel', vid: '5.15' },
      ],
    },
    {
      name: 'own-kernel',
      klass: 'StandaloneVM',
      qid: 24,
      stored: { kernel: '5.15', netvm: '', memory: '1000' },
      features: { os: 'Linux', 'no-nomodeset': '1', 'memory-hotplug': '1' },
    },
    {
      name: 'no-tools',
      klass: 'AppVM',
      qid: 26,
      // A service that it supports, but not the one that gives memory back.
      stored: { template: 'debian-12', virt_mode: 'hvm', netvm: '' },
      features: { qrexec: '1', 'supported-service.cups': '1' },
    },
  ];
  const answers = recordedAnswers();
  return modelWith(
    vms.map(vm => ({ ...vm, answers: answers[vm.name] ?? {} })),
    {
      globals: { default_netvm: 'sys-firewall', default_kernel: '6.6.1' },
      pools: pools(folder),
    },
  );
}
