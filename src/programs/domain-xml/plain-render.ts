import type { RenderRequest } from './run-render.ts';

const OPTIONS = new Map([
  ['--vm', 'vm'],
  ['--qubes-xml', 'qubesXml'],
  ['--qubesd', 'qubesd'],
  ['--kernels', 'kernels'],
  ['--host-memory', 'hostMemory'],
  ['--release', 'release'],
  ['--part', 'part'],
  ['--device', 'device'],
  ['--output', 'output'],
  ['-o', 'output'],
] as const);

/**
 * Recognizes `render NAME` with its options spelled out, each with its value as the next argument: how programs call
 * it. Undefined for everything else, which yargs then reads (and explains). yargs takes longer to load and parse than a
 * rendering takes: 17 of 28 ms, measured.
 */
export function plainRender(argv: readonly string[]): RenderRequest | undefined {
  const [command, ...rest] = argv;
  if (command !== 'render') return undefined;
  const templates: string[] = [];
  const values = new Map<string, string>();
  let name: string | undefined;
  for (let index = 0; index < rest.length; index += 1) {
    const argument = rest[index] ?? '';
    if (!argument.startsWith('-')) {
      if (name !== undefined || argument === '') return undefined;
      name = argument;
      continue;
    }
    index += 1;
    const value = rest[index] ?? '';
    if (value === '' || (value.startsWith('-') && value !== '-')) return undefined;
    if (argument === '--templates') {
      templates.push(value);
      continue;
    }
    const option = (OPTIONS as ReadonlyMap<string, string>).get(argument);
    if (option === undefined || values.has(option)) return undefined;
    values.set(option, value);
  }
  if (name === undefined) return undefined;
  return {
    name,
    templates,
    vm: values.get('vm'),
    qubesXml: values.get('qubesXml'),
    qubesd: values.get('qubesd'),
    kernels: values.get('kernels'),
    hostMemory: values.get('hostMemory'),
    release: values.get('release'),
    part: values.get('part'),
    device: values.get('device'),
    output: values.get('output'),
  };
}
