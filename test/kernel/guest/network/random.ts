/** Random whole numbers that come again with the same seed. @returns one below what is asked for */
export function randomBelow(seed: number): (most: number) => number {
  let state = seed >>> 0;
  return most => {
    // The constants of Numerical Recipes; what is low in it repeats soon.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}
