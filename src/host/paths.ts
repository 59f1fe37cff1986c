import { host } from './host.ts';

/** Parts of a path put together, with no `.`, `..` or second slash left in it that need not be there. */
export function join(...parts: readonly string[]): string {
  return normalized(parts.filter(part => part !== '').join('/'));
}

/** The absolute path of one that may be relative to the current folder; without a slash at its end. */
export function resolve(path: string): string {
  const whole = normalized(path.startsWith('/') ? path : `${host.currentFolder()}/${path}`);
  return whole.length > 1 && whole.endsWith('/') ? whole.slice(0, -1) : whole;
}

/** The folder that a path's last name lies in; "." for a name alone. */
export function dirname(path: string): string {
  const last = path.replace(/(?<=.)\/+$/, '');
  const end = last.lastIndexOf('/');
  if (end < 0) return '.';
  const folder = last.slice(0, end);
  return folder === '' ? '/' : folder.replace(/(?<=.)\/+$/, '');
}

/** A path's last name. */
export function basename(path: string): string {
  const last = path.replace(/\/+$/, '');
  return last.slice(last.lastIndexOf('/') + 1);
}

function normalized(path: string): string {
  const absolute = path.startsWith('/');
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..' || (names.length === 0 ? !absolute : names.at(-1) === '..')) names.push(name);
    else names.pop();
  }
  const all = names.join('/');
  if (all === '') return absolute ? '/' : '.';
  return `${absolute ? '/' : ''}${all}${path.endsWith('/') ? '/' : ''}`;
}
