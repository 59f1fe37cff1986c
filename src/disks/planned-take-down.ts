import { type Claim, claimOn, claimsOn } from '../claims/claims.ts';
import { standingOf } from '../devices/kernel/device-state.ts';
import { firstLayersOn } from '../devices/kernel/first-layers.ts';
import { mapperName } from '../devices/kernel/mapper-name.ts';
import { blockDevicePath, holdersOf } from '../devices/kernel/open-descriptor.ts';
import { type DeviceIdentity, deviceName, type OurDevice, originName } from '../devices/plan/device-names.ts';
import { type DeviceNumber, deviceNumber } from '../devices/plan/device-number.ts';
import { isLoopNumber } from '../devices/plan/disk-key.ts';
import { addon } from '../native/addon.ts';
import { runThatKeeps } from './take-down.ts';

/**
 * What cleanup would do at this moment, a line each: the devices that go, and the loop devices that go with them. Nothing is
 * locked, and nothing removed.
 * @throws Refusal where a device is not as it should be
 */
export function plannedTakeDown({ identity }: OurDevice): string[] {
  const plan = new Plan(claimsOn(identity.base));
  if (identity.type === 'origin') plan.origin(identity);
  else plan.stack(identity);
  return plan.lines();
}

class Plan {
  readonly #claims: readonly Claim[];
  readonly #lines: string[] = [];
  /** What goes, by name. */
  readonly #gone = new Set<string>();
  /** The devices that these lie on. */
  readonly #under = new Set<DeviceNumber>();

  constructor(claims: readonly Claim[]) {
    this.#claims = claims;
  }

  /** From the top down, as far as nobody else uses what is below. */
  stack({ base, cows }: DeviceIdentity & { type: 'snapshot' }): void {
    const originRuns = standingOf(originName(base)).kind === 'live';
    for (let depth = cows.length; depth > 0; depth--) {
      const identity = { type: 'snapshot', base, cows: cows.slice(0, depth) } as const;
      if (!this.#remove(identity, originRuns ? runThatKeeps(base, identity.cows) : undefined)) return;
    }
  }

  /** With it go the first layers that it alone kept. */
  origin(origin: DeviceIdentity & { type: 'origin' }): void {
    if (!this.#remove(origin)) return;
    for (const layer of firstLayersOn(origin.base)) this.#remove(layer);
  }

  lines(): string[] {
    const loops = [...this.#under].filter(device => isLoopNumber(device) && this.#isFree(device));
    return [
      ...this.#lines,
      ...loops.map(device => `loop: ${blockDevicePath(device)} goes with the last device on it`),
    ];
  }

  /** @returns whether what lies below may go as well */
  #remove(identity: DeviceIdentity, keeper?: string): boolean {
    const name = deviceName(identity);
    const state = addon().deviceTable(name);
    if (state === null) {
      this.#lines.push(`device: ${name} is gone already`);
      return true;
    }
    const user = keeper ?? this.#userOf(identity, state);
    if (user !== undefined) {
      this.#lines.push(`device: ${name} stays: in use by ${user}`);
      return false;
    }
    this.#lines.push(`device: remove ${name}`);
    this.#gone.add(name);
    for (const { parameters } of state.targets)
      for (const device of parameters.match(/\b\d+:\d+\b/g) ?? []) this.#under.add(device as DeviceNumber);
    return true;
  }

  #userOf(
    identity: DeviceIdentity,
    { major, minor, openCount }: { major: number; minor: number; openCount: number },
  ): string | undefined {
    const claim = claimOn(this.#claims, identity);
    if (claim !== undefined) return `the VM disk ${claim.attachment}`;
    const holders = holdersOf(deviceNumber(major, minor)).map(holder => mapperName(holder) ?? holder);
    const others = holders.filter(holder => !this.#gone.has(holder));
    if (others.length > 0) return others.join(', ');
    return openCount > holders.length ? 'somebody who has it open' : undefined;
  }

  #isFree(device: DeviceNumber): boolean {
    return holdersOf(device).every(holder => this.#gone.has(mapperName(holder) ?? holder));
  }
}
