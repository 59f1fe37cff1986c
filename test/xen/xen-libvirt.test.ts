import { onXen } from './lab.ts';

onXen("a real Xen, a real libvirtd, and libvirt's hook", ['60-libvirt.sh']);
