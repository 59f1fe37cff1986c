/* What the device-mapper functions and the udev functions share. */
#ifndef DEVICE_MAPPER_H
#define DEVICE_MAPPER_H

/* Points libdevmapper's messages to the buffer below, once, and empties it. */
void start_messages(void);

/* What libdevmapper said last that was an error; "" for nothing. */
const char *last_message(void);

#endif
