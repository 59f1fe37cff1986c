import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import '../../src/jinja/compiler.ts';
import { Environment } from '../../src/jinja/index.ts';
import { jinjaEnvironment, PYTHON } from './python.ts';
import { dataFile, sampleVm } from './sample-vm.ts';

// Not a test: `node build/test/jinja/measure.js` prints the processor time of a warm rendering, here and with Jinja2.

const ROUNDS = 2000;
const PROGRAM = `
import json, sys, time
import jinja2

class Plain:
    def __init__(self, attributes):
        self.__dict__.update({k: v if k in ("features", "devices") else value_of(v) for k, v in attributes.items()})

def value_of(value):
    if isinstance(value, dict):
        return Plain(value)
    return [value_of(item) for item in value] if isinstance(value, list) else value

source, vm = json.load(sys.stdin)
template = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True).from_string(source)
vm = value_of(vm)
for _ in range(${ROUNDS}):
    output = template.render(vm=vm)
start = time.process_time()
for _ in range(${ROUNDS}):
    template.render(vm=vm)
print(json.dumps([output, (time.process_time() - start) * 1000 / ${ROUNDS}]))
`;

const source = readFileSync(dataFile('domain.xml'), 'utf8');
const template = new Environment({ searchPath: [] }).fromString(source);
const vm = sampleVm();
let output = '';
for (let round = 0; round < 2 * ROUNDS; round++) output = template.render({ vm });
const start = process.cpuUsage();
for (let round = 0; round < ROUNDS; round++) template.render({ vm });
const { user, system } = process.cpuUsage(start);
const here = (user + system) / 1000 / ROUNDS;

const description: unknown = JSON.parse(readFileSync(dataFile('vm.json'), 'utf8'));
const input = JSON.stringify([source, description]);
const [wanted, there] = JSON.parse(
  execFileSync(PYTHON, ['-c', PROGRAM], { input, encoding: 'utf8', env: jinjaEnvironment() }),
) as [string, number];
if (output !== wanted) throw new Error('the two print different things');
console.log(
  `warm rendering of ${output.length} characters: here ${here.toFixed(3)} ms, Jinja2 ${there.toFixed(3)} ms`,
);
