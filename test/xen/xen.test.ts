import { onXen } from './lab.ts';

onXen('a real Xen, its xl, and real guests', [
  '10-template.sh',
  '20-orders.sh',
  '30-ways.sh',
  '35-pvh.sh',
  '40-upgrade.sh',
]);
