import t from 'tap';
import { callUnderSanitizers } from './sanitized.ts';

t.setTimeout(0);
await callUnderSanitizers('files', 10_000);
