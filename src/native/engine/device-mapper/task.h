/* What a task of libdevmapper.h is here: a request to the kernel (linux/dm-ioctl.h), and its answer. */
#ifndef DEVICE_MAPPER_TASK_H
#define DEVICE_MAPPER_TASK_H

#include <libdevmapper.h>
#include <linux/dm-ioctl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

struct command {
	unsigned long request;
	/* As libdevmapper calls it in its messages. */
	const char *name;
	/* Bytes for what follows the header of an answer; grows with what was needed. */
	size_t room;
};

struct dm_task {
	int type;
	struct command *command;
	char name[DM_NAME_LEN];
	bool skip_lockfs;
	/* Udev's flags in the upper half, and the lower half of the cookie (0 for none), which the kernel hands on with its event. */
	uint32_t event;
	/* Targets as the kernel takes them, one behind the other. */
	char *targets;
	size_t targets_size;
	uint32_t target_count;
	/* NULL where there is none. */
	struct dm_ioctl *answer;
	bool exists;
	/* The errno of the kernel's answer; 0 for none. */
	int error;
	/* How many of the answer's targets dm_get_next_target has given. */
	uint32_t given;
};

#endif
