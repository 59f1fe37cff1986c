import { everyCase } from './cases.ts';

everyCase('initramfs-tools', true);
