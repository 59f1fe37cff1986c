// The life of a template on the real kernel: commit, revisions, revert, trim, configuration.
import { xenstored } from './hotplug/surroundings.ts';
import './life/commit.ts';
import './life/revert.ts';
import './life/terminal.ts';
import './life/standstill.ts';
import './life/revisions.ts';
import './life/trim.ts';
import './life/refusals.ts';
import './life/configuration.ts';
import './life/every-value.ts';
import './life/cut-short.ts';
import './life/full-filesystem.ts';

process.once('beforeExit', () => xenstored.stop());
