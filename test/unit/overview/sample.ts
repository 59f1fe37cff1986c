import { World } from './world.ts';

/** Five templates with twenty VMs, of which some are outdated, one has lost its disk, and one is left over. */
export function sampleWorld(): World {
  const world = new World();
  let domain = 1;
  const templates: [name: string, current: string[], outdated: string[]][] = [
    ['fedora-40-xfce', ['sys-net', 'sys-firewall', 'sys-usb', 'personal', 'untrusted'], ['work', 'banking']],
    ['debian-12-xfce', ['vault', 'mail', 'development'], ['print']],
    ['whonix-gateway-17', ['sys-whonix'], []],
    ['whonix-workstation-17', ['anon-whonix', 'anon-chat'], ['anon-download']],
    ['archlinux-minimal', ['build-1', 'build-2', 'build-3', 'build-4', 'build-5'], []],
  ];
  for (const [template, current, outdated] of templates) {
    const folder = `/var/lib/qubes/vm-templates/${template}`;
    const base = world.base(`${folder}/root.img`);
    if (template === 'debian-12-xfce') {
      const origin = world.origin(base, 0);
      world.vm(origin, domain++, template);
    }
    const version = world.version(base, { filled: 0.04 });
    const volatile = (name: string) => `/var/lib/qubes/appvms/${name}/volatile.img`;
    for (const [index, name] of current.entries()) {
      const broken = name === 'build-4';
      const layer = world.layer(base, [version], volatile(name), {
        filled: 0.013 * (index * index + 1),
        ...(broken ? { status: { kind: 'invalid' as const } } : {}),
      });
      if (name !== 'build-5') world.vm(layer, domain++, name);
    }
    if (outdated.length === 0) continue;
    const old = world.layer(base, [], `${folder}/root-cow.img.old`, { filled: 0.21 });
    for (const name of outdated)
      world.vm(world.layer(base, [old], volatile(name), { filled: 0.3 }), domain++, name);
  }
  world.attach('/var/lib/qubes/appvms/forgotten/private.img');
  return world;
}
