/*
 * The nodes of devices in /dev/mapper. What has to become of them is kept until udev has had its turn (dm_udev_wait,
 * dm_task_update_nodes), or the process ends: what is right by then is left alone, and the rest made so.
 */
#ifndef DEVICE_MAPPER_NODES_H
#define DEVICE_MAPPER_NODES_H

#include <stdbool.h>
#include <sys/types.h>

/* What is kept of that name already counts no more; false, and said so, without memory. */
bool keep_node(const char *name, dev_t device);
bool keep_no_node(const char *name);

/* Udev alone is to see to the node: what is kept of that name counts no more. */
void leave_node(const char *name);

#endif
