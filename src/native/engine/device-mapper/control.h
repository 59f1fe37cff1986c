/* The way into the kernel's device-mapper: /dev/mapper/control. */
#ifndef DEVICE_MAPPER_CONTROL_H
#define DEVICE_MAPPER_CONTROL_H

#define NODE_FOLDER "/dev/mapper"

/* Its descriptor, open until the process ends; -1, and said so, where there is none. */
int control_descriptor(void);

#endif
