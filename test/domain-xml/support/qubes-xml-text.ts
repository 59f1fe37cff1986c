import {
  LABEL_COLOR,
  LABELS,
  labelOf,
  type Model,
  type ModelDevice,
  type ModelVm,
  type ModelVolume,
  uuidOf,
  VM_PROPERTIES,
} from './qubes-model.ts';

/**
 * The qubes.xml of an installation, as qubesd writes it; `named` stores VMs by name, where qubesd may store ids, and before
 * R4.3 flags of volumes that are False are `unsaid`.
 */
export function qubesXmlText(model: Model, { named = false, unsaid = false } = {}): string {
  const reference = (property: string, value: string) => {
    const vm =
      VM_PROPERTIES.has(property) && !named ? model.vms.find(({ name }) => name === value) : undefined;
    return vm === undefined ? null : `domain-${vm.qid}`;
  };
  return `<?xml version="1.0" encoding="utf-8"?>
<qubes version="4.2">
  <properties>
${properties(model.globals, reference, 4)}
  </properties>
  <labels>
${LABELS.map((label, index) => `    <label id="label-${index}" color="${LABEL_COLOR}">${label}</label>`).join('\n')}
  </labels>
  <pools>
${model.pools.map(pool => `    <pool${attributes({ ...pool })}/>`).join('\n')}
  </pools>
  <domains>
${model.vms.map(vm => domain(vm, reference, unsaid)).join('\n')}
  </domains>
</qubes>
`;
}

type Reference = (property: string, value: string) => string | null;

function domain(vm: ModelVm, reference: Reference, unsaid: boolean): string {
  const own = vm.klass === 'AdminVM' ? {} : { name: vm.name, qid: String(vm.qid), uuid: uuidOf(vm.qid) };
  return `    <domain id="domain-${vm.qid}" class="${vm.klass}">
      <properties>
        <property name="label" ref="label-${LABELS.indexOf(labelOf(vm))}"/>
${properties({ ...own, ...vm.stored }, reference, 8)}
      </properties>
      <features>
${Object.entries(vm.features ?? {})
  .map(([name, text]) => `        <feature name="${escaped(name)}">${escaped(text)}</feature>`)
  .join('\n')}
      </features>
      <devices class="block">
${(vm.block ?? []).map(device).join('\n')}
      </devices>
      <devices class="pci">
${(vm.pci ?? []).map(device).join('\n')}
      </devices>
      <devices class="usb"/>
      <tags>
${(vm.tags ?? []).map(tag => `        <tag name="${tag}"/>`).join('\n')}
      </tags>
${volumeConfig(vm.volumes ?? [], unsaid)}
    </domain>`;
}

function properties(values: Record<string, string>, reference: Reference, indent: number): string {
  const blanks = ' '.repeat(indent);
  return Object.entries(values)
    .map(([name, value]) => {
      const ref = reference(name, value);
      return ref === null
        ? `${blanks}<property name="${name}">${escaped(value)}</property>`
        : `${blanks}<property name="${name}" ref="${ref}"/>`;
    })
    .join('\n');
}

function device({ backend, port, mode, identity, options = {} }: ModelDevice): string {
  const texts = Object.entries(options).map(
    ([name, value]) => `<option name="${name}">${escaped(value)}</option>`,
  );
  const from = backend === '' ? {} : { 'backend-domain': backend };
  return `        <device${attributes(from)} id="${port}"${attributes({ mode, identity })}>${texts.join('')}</device>`;
}

function volumeConfig(volumes: ModelVolume[], unsaid: boolean): string {
  const otherwise = unsaid ? undefined : false;
  const said = (value: boolean | undefined) => flag(value || otherwise);
  const elements = volumes.map(volume => {
    const { name, pool, vid, source, rw, snapOnStart, saveOnStop, ephemeral, revisionsToKeep } = volume;
    const flags = {
      rw: said(rw),
      snap_on_start: said(snapOnStart),
      save_on_stop: said(saveOnStop),
      ephemeral: flag(unsaid ? ephemeral || undefined : ephemeral),
      revisions_to_keep: revisionsToKeep === undefined ? undefined : String(revisionsToKeep),
    };
    return `        <volume${attributes({ name, pool, vid, source, size: '10737418240', ...flags })}/>`;
  });
  return `      <volume-config>\n${elements.join('\n')}\n      </volume-config>`;
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'True' : 'False';
}

function attributes(values: Record<string, string | undefined>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(value ?? '')}"`)
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
