import { onKernel } from './lab.ts';

onKernel("libvirt's hook, with libvirtd and QEMU", [], 'libvirt.js');
