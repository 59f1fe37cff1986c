// The root here is this machine's, and read-only: /etc is a copy.
import { must } from '../programs.ts';

must('cp', '-a', '/etc', '/run/lab/etc');
must('mount', '--bind', '/run/lab/etc', '/etc');
