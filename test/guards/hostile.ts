// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pieces of source with template strings in them
// The rules of what is hostile, and is read: what was found by chance, or what would be, is in the inputs that are kept.
import type { Guard } from './guard.ts';

const FUZZ = 'fuzz/fuzz.test';
const kept = (target: string) => [`every input that is kept of ${target} is read, or refused in words`];

export const HOSTILE_GUARDS: readonly Guard[] = [
  {
    rule: 'what is asked of qubesd is heard from, also where something else was refused before',
    from: '  asked.catch(() => {});\n',
    to: '',
    program: FUZZ,
    checks: kept('qubesd'),
  },
  {
    rule: 'a key of the configuration is one of its own',
    from: 'const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;',
    to: 'const known = KEYS[key];',
    program: FUZZ,
    checks: kept('configuration'),
  },
  {
    rule: 'no answer of xenstore is longer than its protocol allows',
    from: 'if (header.length > LONGEST_PAYLOAD)',
    to: 'if (header.length > 2 ** 31)',
    program: FUZZ,
    checks: kept('xenstore'),
  },
  {
    rule: 'a domain has one device for a disk',
    from: 'if (wanted.findIndex(other => other.target === target) !== index)',
    to: 'if (index < 0)',
    program: FUZZ,
    checks: kept('libvirt-metadata'),
  },
  {
    rule: 'a path is a text, whoever gives it',
    from: "if (path.includes('\\n')) throw refuse('has a newline in its path: rename the file');\n",
    to: '',
    program: FUZZ,
    checks: kept('requests'),
  },
];
