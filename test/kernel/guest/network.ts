// Bases that lie with a server: NBD over loopback inside.
import './own-etc.ts';
import { writeFileSync } from 'node:fs';

writeFileSync('/etc/block-snapshot.conf', 'BASE_TIMEOUT=1\n', { mode: 0o644 });

await import('./network/answers.ts');
await import('./network/versions.ts');
await import('./network/commits.ts');
await import('./network/hosts.ts');
await import('./network/iscsi.ts');
