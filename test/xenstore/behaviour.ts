/** The ways in which the server for tests answers; all but the first are wrong. */
export const BEHAVIOURS = [
  'proper',
  'wrong type',
  'wrong request id',
  'wrong transaction id',
  'too long',
  'half a header',
  'half an answer',
  'closes',
  'hangs',
  'trickles',
  'EAGAIN forever',
  'EAGAIN three times',
  'EAGAIN on all but the end',
  'watch event',
  'no reason',
  'no transaction number',
  'last answer lost',
] as const;

export type Behaviour = (typeof BEHAVIOURS)[number];

export function isBehaviour(text: string): text is Behaviour {
  return (BEHAVIOURS as readonly string[]).includes(text);
}
