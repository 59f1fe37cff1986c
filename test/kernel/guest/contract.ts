// Everything that device-mapper and loop devices have to do for us, in one boot of the kernel.
import './names.ts';
import './answers.ts';
import './by-hand.ts';
import './what-goes-when.ts';
import './repairs.ts';
import './loops.ts';
import './bad-input.ts';
import './limits.ts';
import './same-answers.ts';
import './standstill.ts';
import './surroundings.ts';
