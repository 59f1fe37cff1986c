// The root in the lab is this machine's, and read-only: /etc is a copy, so that a test can configure.
import { rmSync } from 'node:fs';
import { must } from './programs.ts';

must('cp', '-a', '/etc', '/run/lab/etc');
must('mount', '--bind', '/run/lab/etc', '/etc');
rmSync('/etc/block-snapshot.conf', { force: true });
