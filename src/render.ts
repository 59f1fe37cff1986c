import { host } from './host/host.ts';
import { runDomainXml } from './programs/domain-xml/main.ts';
import { becomeLarger, cannotBeRun } from './programs/larger.ts';

// The renderer, on the engine of src/native/engine: what a VM's start may wait for. For whatever else there is, it becomes the
// larger program, which goes by its name.

// Nobody sees where in the program an error was made, and the engine takes its time to write that down.
Error.stackTraceLimit = 0;

const leave = () => {
  throw cannotBeRun('this call of domain-xml', becomeLarger('domain-xml'));
};

host.setExitStatus(
  await runDomainXml(host.parameters, { run: leave, help: leave, isCommand: name => name === 'render' }),
);
