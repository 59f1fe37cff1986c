/* The host face (src/host/face.ts) as this program gives it: a global object, ENGINE_HOST. */
#ifndef ENGINE_HOST_H
#define ENGINE_HOST_H

#include <quickjs.h>
#include <stdbool.h>

/* Adds it; false with the exception pending. */
bool add_host(JSContext *context, int count, char **parameters);

/* What the program has set, 0 to begin with. */
int exit_status(void);

/* One line on standard error, whatever characters are in it. */
void write_line(const char *text);

/* Name and version of the engine. */
const char *engine_version(void);

#endif
