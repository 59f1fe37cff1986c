import { release } from 'node:os';

const [MAJOR = 0, MINOR = 0] = release().split('.').map(Number);

/** Whether this kernel survives a snapshot that takes discards with chunks of less than 256 KiB: before Linux 6.13. */
export const SMALL_CHUNKS_TAKE_DISCARDS = MAJOR < 6 || (MAJOR === 6 && MINOR < 13);
