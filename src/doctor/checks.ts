import { baseFindings } from './bases.ts';
import { recordFindings, staleLinkFindings, staleRecordFindings } from './claims.ts';
import { cloneFindings } from './clones.ts';
import { cookieFindings } from './cookies.ts';
import { deviceFindings, mergeFindings } from './devices.ts';
import type { Check, Seen } from './finding.ts';
import { apparmorFindings, installationFindings, installedFolder } from './installation.ts';
import { kernelFindings, moduleFindings } from './kernel.ts';
import { lockFindings } from './locks.ts';
import { loopFindings } from './loops.ts';
import { lvmFindings } from './lvm.ts';
import { configurationFindings, lockFolderFindings } from './ownership.ts';
import { spaceFindings, storeFindings } from './stores.ts';
import { templateFindings } from './templates.ts';
import { udevFindings } from './udev.ts';
import { versionFindings } from './versions.ts';

/** The program that looks. */
export interface Program {
  /** Its path. */
  path: string;
  version: string;
}

/** What is looked at though nothing can be seen of the devices. */
export function systemChecks({ path, version }: Program): Check[] {
  const folder = installedFolder(path);
  return [
    { about: 'the kernel', look: () => kernelFindings() },
    { about: "the kernel's modules", look: moduleFindings },
    { about: 'the configuration', look: configurationFindings },
    { about: 'the folder of locks', look: lockFolderFindings },
    { about: 'the records of disks', look: recordFindings },
    { about: 'the locks', look: lockFindings },
    { about: "libdevmapper's semaphores", look: cookieFindings },
    { about: "LVM's configuration", look: lvmFindings },
    ...(folder === undefined
      ? []
      : [
          { about: 'what is installed', look: () => installationFindings(folder) },
          { about: "AppArmor's profiles", look: () => apparmorFindings(folder) },
          { about: 'the other program', look: () => versionFindings(folder, version) },
        ]),
  ];
}

/** What is looked at in what list sees. */
export function deviceChecks(seen: Seen): Check[] {
  return [
    { about: 'the devices', look: () => deviceFindings(seen) },
    { about: 'reverts', look: () => mergeFindings(seen) },
    { about: 'the stores', look: () => storeFindings(seen) },
    { about: 'room on filesystems', look: () => spaceFindings(seen) },
    { about: 'the loop devices', look: () => loopFindings(seen) },
    { about: 'records of devices that are gone', look: () => staleRecordFindings(seen) },
    { about: "the links of libvirt's domains", look: staleLinkFindings },
    { about: "the templates' files", look: () => templateFindings(seen) },
    { about: 'the files of clones', look: () => cloneFindings(seen) },
    { about: 'what udev does', look: () => udevFindings(seen) },
    { about: 'whether bases answer', look: () => baseFindings(seen) },
  ];
}
