// The rules of doctor: what it does by itself, what it says to others, and that it looks at everything.
import type { Guard } from './guard.ts';

const DOCTOR = { program: 'kernel/guest/doctor', udev: true } as const;
const FIX = '--fix does what loses nothing, and leaves the rest where nobody can be asked';

/** What is looked at, by the line of it in checks.ts, and a fault that nothing else would find. */
const LOOKS: readonly { subject: string; from: string; check: string }[] = [
  {
    subject: 'the devices',
    from: "{ about: 'the devices', look: () => deviceFindings(seen) },",
    check: 'a device that stands still',
  },
  {
    subject: 'the stores',
    from: "{ about: 'the stores', look: () => storeFindings(seen) },",
    check: 'a store that overflowed is found, with what became of it',
  },
  {
    subject: 'the loop devices',
    from: "{ about: 'the loop devices', look: () => loopFindings(seen) },",
    check: 'a second loop device on an image in use',
  },
  {
    subject: "the templates' files",
    from: '{ about: "the templates\' files", look: () => templateFindings(seen) },',
    check: 'a store on another version of its image',
  },
  {
    subject: 'the records of disks',
    from: "{ about: 'the records of disks', look: recordFindings },",
    check: 'a record that was cut short',
  },
  {
    subject: 'the locks',
    from: "{ about: 'the locks', look: lockFindings },",
    check: 'what a killed operation has left',
  },
  {
    subject: 'the files of clones',
    from: "{ about: 'the files of clones', look: () => cloneFindings(seen) },",
    check: 'what a VM has left of a disk that is made anew',
  },
  {
    subject: 'what udev does',
    from: "{ about: 'what udev does', look: () => udevFindings(seen) },",
    check: 'rules of udev that are missing',
  },
];

export const DOCTOR_GUARDS: readonly Guard[] = [
  {
    ...DOCTOR,
    rule: 'doctor --fix does by itself only what loses nothing',
    from: 'if (!finding.safe && (!process.stdin.isTTY || !(await wanted(finding)))) continue;',
    to: 'if (!finding.safe && process.stdin.isTTY && !(await wanted(finding))) continue;',
    checks: [FIX],
    executable: true,
  },
  {
    ...DOCTOR,
    rule: 'doctor --fix asks a person before it does what may lose something',
    from: '(!process.stdin.isTTY || !(await wanted(finding)))) continue;',
    to: '!process.stdin.isTTY) continue;',
    checks: [FIX],
    executable: true,
  },
  {
    ...DOCTOR,
    rule: 'doctor changes nothing without --fix',
    from: 'if (options.fix) {',
    to: 'if (options.fix || !options.json) {',
    checks: ['without --fix nothing is changed, whatever is found'],
    executable: true,
  },
  {
    ...DOCTOR,
    rule: "a report of doctor's names neither VMs nor paths",
    from: 'const veil: Veil = report && !asItIs ? veiled() : verbatim();',
    to: 'const veil: Veil = verbatim();',
    checks: ['a report has neither names of VMs nor paths, unless it is told to'],
    executable: true,
  },
  {
    ...DOCTOR,
    rule: 'doctor waits two seconds for bases to answer',
    from: 'const PATIENCE = 2000;',
    to: 'const PATIENCE = 2_000_000;',
    checks: ['where a base does not answer it comes to its end, and says so'],
    executable: true,
  },
  ...LOOKS.map(({ subject, from, check }) => ({
    ...DOCTOR,
    rule: `doctor looks at ${subject}`,
    from,
    to: '',
    checks: [check],
  })),
];
