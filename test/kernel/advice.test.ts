import { onKernel } from './lab.ts';

onKernel('every advice, followed', [], 'advice.js');
