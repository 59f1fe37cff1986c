import { namesIfThere } from '../devices/kernel/if-there.ts';
import { isBefore, type Version } from './bad-kernels.ts';

/** Where distributions have their libraries. */
const LIBRARY_FOLDERS = ['/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib'];

/** The first that runs all programs of qemu.d and libxl.d. */
const HOOK_FOLDERS: Version = [6, 5, 0];

/**
 * The version of libvirt, by the name of its library, `libvirt.so.0.9000.0` for 9.0.0: no program is started, and no daemon
 * asked. Undefined where there is none.
 */
export function libvirtVersion(folders: readonly string[] = LIBRARY_FOLDERS): Version | undefined {
  for (const name of folders.flatMap(namesIfThere)) {
    const [, release, patch] = /^libvirt\.so\.0\.(\d{4,6})\.(\d{1,3})$/.exec(name) ?? [];
    if (release !== undefined)
      return [Math.floor(Number(release) / 1000), Number(release) % 1000, Number(patch)];
  }
  return undefined;
}

export function isOlderThanHookFolders(version: Version): boolean {
  return isBefore(version, HOOK_FOLDERS);
}
