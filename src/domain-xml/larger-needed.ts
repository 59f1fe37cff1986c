/** What the renderer cannot find out by itself: whoever catches it leaves the whole call to the larger program. */
export class LargerNeeded extends Error {
  constructor(what: string) {
    super(`${what} is for the larger program`);
    this.name = 'LargerNeeded';
  }
}
