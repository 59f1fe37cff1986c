import { ANY_IDENTITY, isPort } from '../qubes/values.ts';
import { isVmName } from '../search/names.ts';
import type { AdminCall } from './call.ts';
import { AdminApiError } from './error.ts';

/** A VM as admin.vm.List has it. */
export interface ListedVm {
  klass: string;
  /** As "Running", "Halted". */
  state: string;
}

/** A property with its default worked out. */
export interface Property {
  type: string;
  /** The text; for a VM its name, "" for none. */
  value: string;
}

/** A device assigned to a VM. */
export interface AssignedDevice {
  /** Undefined: of any VM. */
  backend: string | undefined;
  port: string;
  /** What the device is, wherever it is plugged in (R4.3). */
  identity: string;
  required: boolean;
  options: Map<string, string>;
}

/** The lines of a reply. Each ends with a line feed: one that does not was cut off. */
export function replyLines(content: string, call: AdminCall): string[] {
  if (content === '') return [];
  if (!content.endsWith('\n')) throw new AdminApiError(call, 'a reply that was cut off');
  return content.slice(0, -1).split('\n');
}

/** `NAME class=… state=… uuid=…` for each VM. */
export function listedVms(content: string, call: AdminCall): Map<string, ListedVm> {
  const vms = new Map<string, ListedVm>();
  for (const line of replyLines(content, call)) {
    const [name = '', ...pairs] = line.split(' ');
    const values = new Map(pairs.map(pair => splitPair(pair)));
    const klass = values.get('class');
    const state = values.get('state');
    if (!isVmName(name) || klass === undefined || state === undefined || vms.has(name)) {
      throw badLine(line, call);
    }
    vms.set(name, { klass, state });
  }
  return vms;
}

/** `NAME default=True|False type=TYPE VALUE` for each property, the value with its backslashes and line feeds escaped. */
export function properties(content: string, call: AdminCall): Map<string, Property> {
  const found = new Map<string, Property>();
  for (const line of replyLines(content, call)) {
    const match = /^([\w-]+) default=(?:True|False) type=([a-z]+) (.*)$/su.exec(line);
    const [, name = '', type = '', escaped = ''] = match ?? [];
    if (match === null || found.has(name)) throw badLine(line, call);
    found.set(name, { type, value: withoutEscapes(escaped, line, call) });
  }
  return found;
}

function withoutEscapes(text: string, line: string, call: AdminCall): string {
  return text.replace(/\\(.?)/gsu, (_, character: string) => {
    if (character === 'n') return '\n';
    if (character === '\\') return '\\';
    throw badLine(line, call);
  });
}

/** `default=True|False type=TYPE VALUE`: one property, as it is. */
export function property(content: string, call: AdminCall): Property {
  const match = /^default=(?:True|False) type=([a-z]+) (.*)$/su.exec(content);
  if (match === null) throw badLine(content, call);
  return { type: match[1] ?? '', value: match[2] ?? '' };
}

/** `type=TYPE VALUE`: what a property is without a value of its own. */
export function defaultValue(content: string, call: AdminCall): string {
  const match = /^type=[a-z]+ (.*)$/su.exec(content);
  if (match === null) throw badLine(content, call);
  return match[1] ?? '';
}

/** Names, one on each line, none twice. */
export function names(content: string, call: AdminCall): string[] {
  const lines = replyLines(content, call);
  for (const line of lines) if (!/^[!-~]{1,255}$/.test(line)) throw badLine(line, call);
  if (new Set(lines).size !== lines.length) throw new AdminApiError(call, 'a list with a name twice in it');
  return lines;
}

/** `KEY=VALUE` on each line. */
export function pairs(content: string, call: AdminCall): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of replyLines(content, call)) {
    const [key, value] = splitPair(line);
    if (!/^\w+$/.test(key) || !line.includes('=') || found.has(key)) throw badLine(line, call);
    found.set(key, value);
  }
  return found;
}

const PAIR = /([^\s=']+)=(?:'((?:[^'\\]|\\.)*)'|([^\s']\S*)?)(?: |$)/suy;

/**
 * `BACKEND+PORT[:DEVICE] KEY='VALUE' …` for each device; the options' keys begin with an underscore. The versions
 * before R4.3 said `required='yes'` for mode='required', those before R4.2 `persistent=yes` and bare options.
 */
export function assignedDevices(content: string, call: AdminCall): AssignedDevice[] {
  return replyLines(content, call).map(line => {
    const space = line.includes(' ') ? line.indexOf(' ') : line.length;
    const match = /^([^+]+)\+([^:]+)(?::(.*))?$/su.exec(line.slice(0, space));
    const [, named = '', port = '', device = ANY_IDENTITY] = match ?? [];
    const values = deviceValues(line, space + 1, call);
    // One of any VM is of "None" in front, and of "*" behind, which no VM can be called.
    const backend = values.get('backend_domain') === '*' ? undefined : named;
    if (match === null || !isPort(port)) throw badLine(line, call);
    if (backend !== undefined && !isVmName(backend)) throw badLine(line, call);
    const options = [...values].flatMap(([key, value]) => {
      const name = optionName(key);
      return name === undefined ? [] : [[name, value] as const];
    });
    const identity = values.get('device_id') ?? device;
    return { backend, port, identity, required: isRequired(values), options: new Map(options) };
  });
}

function deviceValues(line: string, start: number, call: AdminCall): Map<string, string> {
  const values = new Map<string, string>();
  PAIR.lastIndex = start;
  while (PAIR.lastIndex < line.length) {
    const match = PAIR.exec(line);
    const [, key = '', quoted, bare = ''] = match ?? [];
    if (match === null || values.has(key)) throw badLine(line, call);
    values.set(key, quoted === undefined ? bare : quoted.replaceAll("\\'", "'"));
  }
  return values;
}

/** What an assignment says of itself; everything else, and what begins with an underscore, is an option. */
const OWN_KEYS = new Set([
  'attach_automatically',
  'backend_domain',
  'device_id',
  'devclass',
  'frontend_domain',
  'ident',
  'mode',
  'persistent',
  'port_id',
  'required',
]);

function optionName(key: string): string | undefined {
  if (key.startsWith('_')) return key.slice(1);
  return OWN_KEYS.has(key) ? undefined : key;
}

function isRequired(values: ReadonlyMap<string, string>): boolean {
  const mode = values.get('mode');
  if (mode !== undefined) return mode === 'required';
  return (values.get('required') ?? values.get('persistent')) === 'yes';
}

function splitPair(text: string): [key: string, value: string] {
  const place = text.indexOf('=');
  return place === -1 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
}

function badLine(line: string, call: AdminCall): AdminApiError {
  return new AdminApiError(call, `a reply that cannot be read: ${JSON.stringify(line.slice(0, 200))}`);
}
