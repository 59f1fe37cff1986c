// folders.js names | unpack TARGET FOLDER | pack TARGET FOLDER | show TARGET FILE : for fuzz.sh.
import { readFileSync } from 'node:fs';
import { pack, TARGET_NAMES, unpack } from './corpus.ts';

const [what, target = '', path = ''] = process.argv.slice(2);
if (what === 'names') console.log(TARGET_NAMES.join('\n'));
else if (what === 'unpack') unpack(target, path);
else if (what === 'pack') pack(target, path);
else if (what === 'show')
  console.log(`test/fuzz/corpus/${target}.jsonl: ${JSON.stringify(readFileSync(path).toString('latin1'))}`);
else throw new Error(`there is no ${what}`);
