// What doctor finds of faults that are planted, on a system that is healthy otherwise, and what its commands do about them.
import './doctor/surroundings.ts';
import './doctor/devices.ts';
import './doctor/stores.ts';
import './doctor/files.ts';
import './doctor/clones.ts';
import './doctor/bases.ts';
import './doctor/records.ts';
import './doctor/locks.ts';
import './doctor/udev.ts';
import './doctor/system.ts';
import './doctor/installed.ts';
import './doctor/answers.ts';
