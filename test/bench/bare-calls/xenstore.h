/* As much of xenstore's protocol (xen/include/public/io/xs_wire.h) as a hotplug script needs. */
#ifndef BARE_CALLS_XENSTORE_H
#define BARE_CALLS_XENSTORE_H

#include <stddef.h>

void xenstore_connect(void);

/* The value of a node below the backend, which ends with a NUL. */
void xenstore_read(const char *backend, const char *name, char *value, size_t size);

/* Several nodes below the backend in one transaction; all of it is sent before any of it is answered. */
void xenstore_write(const char *backend, const char *const (*nodes)[2], size_t count);

#endif
