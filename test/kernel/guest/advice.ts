// Every advice, followed: the command is taken out of what was printed, run as a person would, and has to mend the state.
import './advice/surroundings.ts';
import './advice/templates.ts';
import './advice/reverts.ts';
import './advice/devices.ts';
import './advice/gone.ts';
import './advice/lvm.ts';
