// Every advice, followed: the command is taken out of what was printed, run as a person would, and has to mend the state.
import './own-etc.ts';
import './advice/templates.ts';
import './advice/reverts.ts';
import './advice/half-reverted.ts';
import './advice/devices.ts';
import './advice/stores.ts';
import './advice/in-the-way.ts';
import './advice/gone.ts';
import './advice/lvm.ts';
