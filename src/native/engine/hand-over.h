/* The larger program, which has the commands that nothing waits for but a person. */
#ifndef ENGINE_HAND_OVER_H
#define ENGINE_HAND_OVER_H

/*
 * Becomes it, with everything as it was given to this one, called by another name where there is one. Returns only where it
 * cannot be run: errno says why.
 */
void hand_over(const char *called, char **parameters, char *path, unsigned long size);

#endif
