// Calls of the program: by the executable, or by the same code in this process, which takes milliseconds.

/** One call, as somebody makes it. */
export interface Call {
  /** The name that it is called by. */
  program: string;
  parameters: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** What it is given on standard input. */
  input?: string;
}

const INSTALLED: Readonly<Record<string, string>> = {
  'block-origin': '/etc/xen/scripts/block-origin',
  'block-reflink': '/etc/xen/scripts/block-reflink',
  'block-reflink-origin': '/etc/xen/scripts/block-reflink-origin',
  'create-snapshot': '/usr/lib/qubes/create-snapshot',
  'destroy-snapshot': '/usr/lib/qubes/destroy-snapshot',
  'block-snapshot-libxl': '/etc/libvirt/hooks/libxl.d/block-snapshot-libxl',
};

/** As a person types it. */
export function shown({ program, parameters, environment = {}, input }: Call): string {
  const script = program === 'block-snapshot' && 'XENBUS_PATH' in environment;
  const path = script ? '/etc/xen/scripts/block-snapshot' : (INSTALLED[program] ?? program);
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${quoted(value)} `);
  const command = `${variables.join('')}${[path, ...parameters].map(quoted).join(' ')}`;
  return input === undefined ? command : `${command} <<'END'\n${input}\nEND`;
}

export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
