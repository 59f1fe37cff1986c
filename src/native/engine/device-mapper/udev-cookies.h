/* Udev's cookies (libdevmapper.h, "udev synchronisation"). */
#ifndef DEVICE_MAPPER_UDEV_COOKIES_H
#define DEVICE_MAPPER_UDEV_COOKIES_H

#include <stdint.h>

/* One event that nobody waits for any more; of a task without a cookie none. */
void complete_cookie(uint32_t event);

#endif
