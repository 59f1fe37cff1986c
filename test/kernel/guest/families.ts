// Families of templates on the filesystems that share blocks: derive, and dedupe.
//   families.js [full|MEGABYTES]
// With `full` both are ended at each of their calls on each filesystem, and the power fails at more points. MEGABYTES are
// installed twice, and what comes of it is measured; nothing else is done.
import './families/dedupe.ts';

if (!/^\d+$/.test(process.argv[2] ?? ''))
  for (const name of [
    'dedupe-ended',
    'dedupe-refusals',
    'derive',
    'derive-ended',
    'derive-refusals',
    'power-cuts',
  ])
    await import(`./families/${name}.js`);
