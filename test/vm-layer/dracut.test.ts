import { everyCase } from './cases.ts';

everyCase('dracut', false);
