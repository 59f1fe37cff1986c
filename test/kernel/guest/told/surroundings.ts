// A log that can be written, and terminals.
import { must } from '../programs.ts';

must('mount', '-t', 'tmpfs', 'tmpfs', '/var/log');
must('mkdir', '-p', '/dev/pts');
must('mount', '-t', 'devpts', 'devpts', '/dev/pts');
