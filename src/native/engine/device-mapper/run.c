/* A task given to the kernel, and what follows from its answer (linux/dm-ioctl.h; drivers/md/dm-ioctl.c has what each takes). */
#include "control.h"
#include "messages.h"
#include "nodes.h"
#include "task.h"
#include "udev-cookies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* As much as libdevmapper asks for: no answer is as long. */
#define MOST_ROOM (1UL << 30)

/* Of the interface that is asked for: that of Linux 2.6, and that which lists the types of targets. */
#define INTERFACE 4

/* Both make an event for udev. */
static bool makes_event(const struct dm_task *task)
{
	return task->type == DM_DEVICE_RESUME || task->type == DM_DEVICE_REMOVE;
}

/* With room for an answer; NULL, and said so, without memory. */
static struct dm_ioctl *make_request(const struct dm_task *task)
{
	size_t size = sizeof(struct dm_ioctl) + (task->targets_size ? task->targets_size : task->command->room);
	struct dm_ioctl *request = calloc(1, size);

	if (!request) {
		say("no memory for what the kernel has to say of %s", task->name);
		return NULL;
	}
	request->version[0] = INTERFACE;
	request->version[1] = task->type == DM_DEVICE_LIST_VERSIONS;
	request->data_size = (uint32_t)size;
	request->data_start = sizeof(*request);
	request->target_count = task->target_count;
	request->event_nr = task->event;
	strcpy(request->name, task->name);
	if (task->targets_size)
		memcpy(request + 1, task->targets, task->targets_size);
	if (task->type == DM_DEVICE_SUSPEND)
		request->flags |= DM_SUSPEND_FLAG;
	if (task->type == DM_DEVICE_TABLE)
		request->flags |= DM_STATUS_TABLE_FLAG;
	if (task->skip_lockfs)
		request->flags |= DM_SKIP_LOCKFS_FLAG;
	if (makes_event(task))
		request->event_nr |= (uint32_t)DM_UDEV_PRIMARY_SOURCE_FLAG << DM_UDEV_FLAGS_SHIFT;
	return request;
}

/* One call; that there is no device is an answer where it was asked how one is. */
static bool ask(struct dm_task *task)
{
	task->error = 0;
	task->exists = ioctl(control_descriptor(), task->command->request, task->answer) >= 0;
	if (task->exists)
		return true;
	task->error = errno;
	if (errno == ENXIO && (task->type == DM_DEVICE_STATUS || task->type == DM_DEVICE_MKNODES))
		return true;
	/* As libdevmapper says it: the second space is before a UUID, which none of ours has. */
	if (errno != EINTR)
		say("device-mapper: %s ioctl on %s  failed: %s", task->command->name, task->name, strerror(errno));
	return false;
}

/* Until there is room for the whole answer. */
static bool ask_for_all(struct dm_task *task)
{
	for (;;) {
		free(task->answer);
		task->answer = make_request(task);
		if (!task->answer || !ask(task))
			return false;
		if (!(task->answer->flags & DM_BUFFER_FULL_FLAG))
			return true;
		if (task->command->room == 0 || task->command->room > MOST_ROOM / 2)
			return say("the kernel has too much to say of %s", task->name);
		task->command->room *= 2;
	}
}

static void change_node(struct dm_task *task)
{
	bool is_wanted = task->type == DM_DEVICE_RESUME || (task->type == DM_DEVICE_MKNODES && task->exists);

	if (task->name[0] == '\0' || (!is_wanted && task->type != DM_DEVICE_REMOVE && task->type != DM_DEVICE_MKNODES))
		return;
	if (task->event >> DM_UDEV_FLAGS_SHIFT & DM_UDEV_DISABLE_LIBRARY_FALLBACK)
		leave_node(task->name);
	else if (is_wanted)
		keep_node(task->name, task->answer->dev);
	else
		keep_no_node(task->name);
}

int dm_task_run(struct dm_task *task)
{
	bool done = ask_for_all(task);

	/* Where the kernel makes no event, nobody else counts down. */
	if (makes_event(task) && !(done && task->answer->flags & DM_UEVENT_GENERATED_FLAG))
		complete_cookie(task->event);
	if (done) {
		change_node(task);
	} else {
		free(task->answer);
		task->answer = NULL;
	}
	return done;
}
