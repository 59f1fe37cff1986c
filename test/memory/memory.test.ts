import t from 'tap';
import { callUnderSanitizers } from './sanitized.ts';

t.setTimeout(0);
for (const runtime of ['Node', 'the engine'] as const) await callUnderSanitizers(runtime, 'files', 10_000);
