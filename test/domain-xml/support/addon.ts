import { join } from 'node:path';
import { loadAddonFrom } from '../../../src/native/addon.ts';
import { PROJECT } from './project.ts';

// Imported by what reads files in this process: under Node the addon does not lie beside the executable.
loadAddonFrom(join(PROJECT, 'dist/block-snapshot.node'));
