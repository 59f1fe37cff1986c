/**
 * libxl kills a script after 40 s. In milliseconds since the start: when the waits for the lock and for udev end, so
 * that there are 5 s for xenstore; and when those of taking back what was made end, which leaves 5 s to say why.
 */
export const MAKING_ENDS = 15_000;
export const UNDOING_ENDS = 30_000;
