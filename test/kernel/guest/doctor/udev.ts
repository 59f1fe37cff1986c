import { symlinkSync } from 'node:fs';
import { must } from '../programs.ts';
import { running } from './devices.ts';
import { finds } from './diagnosis.ts';

const RULES = '/run/udev/rules.d/60-block-snapshot.rules';
const AWAY = '/run/lab/60-block-snapshot.rules';

finds('rules of udev that are missing', {
  kinds: ['udev-rules-missing'],
  mends: false,
  plant: () => {
    must('mv', RULES, AWAY);
    return () => must('mv', AWAY, RULES);
  },
});

finds('rules of udev that an empty file hides', {
  kinds: ['udev-rules-masked'],
  mends: true,
  plant: () => symlinkSync('/dev/null', '/etc/udev/rules.d/60-block-snapshot.rules'),
});

finds('loop devices that udev looks into, for it has not read our rules', {
  kinds: ['not-hidden'],
  mends: true,
  plant: template => {
    must('mv', RULES, AWAY);
    must('udevadm', 'control', '--reload');
    const { stop } = running(template);
    must('udevadm', 'settle');
    must('mv', AWAY, RULES);
    return stop;
  },
});

/** The clock goes on by so many minutes, or back. */
function passMinutes(minutes: number): void {
  must('date', '-s', `@${Math.round(Date.now() / 1000) + minutes * 60}`);
}

finds('semaphores that nobody counts down', {
  kinds: ['udev-cookie'],
  mends: true,
  plant: () => {
    must('dmsetup', 'udevcreatecookie');
    passMinutes(10);
    return () => passMinutes(-10);
  },
});
