/** The folder that a path's last name lies in, with the slash behind it; empty for a name alone. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
