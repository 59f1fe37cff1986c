/* Making tasks, and reading their answers: those functions of libdevmapper.h that the addon calls, and no others. */
#include "task.h"
#include "control.h"
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

/* One target of the longest kind that there is here, many devices' names, and the types of targets that a kernel has. */
#define TABLE_ROOM 4096
#define LIST_ROOM (16 * 1024)

/* Targets and their parameters begin at multiples of it (dm_target_spec in linux/dm-ioctl.h). */
#define ALIGNMENT 8

static struct command commands[] = {
	[DM_DEVICE_CREATE] = { DM_DEV_CREATE, "create", 0 },
	[DM_DEVICE_RELOAD] = { DM_TABLE_LOAD, "reload", 0 },
	[DM_DEVICE_REMOVE] = { DM_DEV_REMOVE, "remove", 0 },
	[DM_DEVICE_SUSPEND] = { DM_DEV_SUSPEND, "suspend", 0 },
	[DM_DEVICE_RESUME] = { DM_DEV_SUSPEND, "resume", 0 },
	[DM_DEVICE_VERSION] = { DM_VERSION, "version", 0 },
	[DM_DEVICE_STATUS] = { DM_TABLE_STATUS, "status", TABLE_ROOM },
	[DM_DEVICE_TABLE] = { DM_TABLE_STATUS, "table", TABLE_ROOM },
	[DM_DEVICE_LIST] = { DM_LIST_DEVICES, "names", LIST_ROOM },
	[DM_DEVICE_CLEAR] = { DM_TABLE_CLEAR, "clear", 0 },
	[DM_DEVICE_MKNODES] = { DM_DEV_STATUS, "mknodes", 0 },
	[DM_DEVICE_LIST_VERSIONS] = { DM_LIST_VERSIONS, "versions", TABLE_ROOM },
};

struct dm_task *dm_task_create(int type)
{
	struct dm_task *task;

	if (type < 0 || (size_t)type >= sizeof(commands) / sizeof(commands[0]) || !commands[type].name) {
		say("there is no task of type %d here", type);
		return NULL;
	}
	if (control_descriptor() < 0)
		return NULL;
	task = calloc(1, sizeof(*task));
	if (!task) {
		say("no memory for a task");
		return NULL;
	}
	task->type = type;
	task->command = &commands[type];
	return task;
}

void dm_task_destroy(struct dm_task *task)
{
	free(task->targets);
	free(task->answer);
	free(task);
}

/* Names stay as they are: none of ours needs mangling. */
int dm_set_name_mangling_mode(dm_string_mangling_t mode)
{
	return mode == DM_STRING_MANGLING_NONE;
}

/* libdevmapper takes a path as well; nothing here has one. */
int dm_task_set_name(struct dm_task *task, const char *name)
{
	if (strchr(name, '/'))
		return say("the name of a device has no \"/\": %s", name);
	if (strlen(name) >= sizeof(task->name))
		return say("the name of a device has at most %zu bytes: %s", sizeof(task->name) - 1, name);
	strcpy(task->name, name);
	return 1;
}

int dm_task_skip_lockfs(struct dm_task *task)
{
	task->skip_lockfs = true;
	return 1;
}

static size_t aligned(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The kernel takes a backslash for a sign that the next character is one of the word (dm_split_args): each is doubled. */
static void copy_parameters(char *to, const char *parameters)
{
	for (const char *from = parameters; *from; from++) {
		if (*from == '\\')
			*to++ = '\\';
		*to++ = *from;
	}
	*to = '\0';
}

int dm_task_add_target(struct dm_task *task, uint64_t start, uint64_t size, const char *type, const char *parameters)
{
	struct dm_target_spec target = { .sector_start = start, .length = size };
	size_t length = aligned(sizeof(target) + 2 * strlen(parameters) + 1);
	char *targets;

	if (strlen(type) >= sizeof(target.target_type))
		return say("the type of a target has at most %zu bytes: %s", sizeof(target.target_type) - 1, type);
	targets = realloc(task->targets, task->targets_size + length);
	if (!targets)
		return say("no memory for a target");
	strcpy(target.target_type, type);
	target.next = (uint32_t)length;
	task->targets = targets;
	memset(targets + task->targets_size, 0, length);
	memcpy(targets + task->targets_size, &target, sizeof(target));
	copy_parameters(targets + task->targets_size + sizeof(target), parameters);
	task->targets_size += length;
	task->target_count++;
	return 1;
}

int dm_task_get_errno(struct dm_task *task)
{
	return task->error;
}

int dm_task_get_info(struct dm_task *task, struct dm_info *state)
{
	if (!task->answer)
		return 0;
	memset(state, 0, sizeof(*state));
	if (!task->exists)
		return 1;
	state->exists = 1;
	state->suspended = (task->answer->flags & DM_SUSPEND_FLAG) != 0;
	state->read_only = (task->answer->flags & DM_READONLY_FLAG) != 0;
	state->live_table = (task->answer->flags & DM_ACTIVE_PRESENT_FLAG) != 0;
	state->inactive_table = (task->answer->flags & DM_INACTIVE_PRESENT_FLAG) != 0;
	state->open_count = task->answer->open_count;
	state->event_nr = task->answer->event_nr;
	state->target_count = (int32_t)task->answer->target_count;
	state->major = major(task->answer->dev);
	state->minor = minor(task->answer->dev);
	return 1;
}

static char *data_of(struct dm_task *task)
{
	return (char *)task->answer + task->answer->data_start;
}

struct dm_names *dm_task_get_names(struct dm_task *task)
{
	return (struct dm_names *)data_of(task);
}

struct dm_versions *dm_task_get_versions(struct dm_task *task)
{
	return (struct dm_versions *)data_of(task);
}

/* In an answer a target's `next` counts from the first one (linux/dm-ioctl.h), its parameters follow it. */
void *dm_get_next_target(struct dm_task *task, void *next, uint64_t *start, uint64_t *length, char **type,
			 char **parameters)
{
	struct dm_target_spec *target = next ? next : (struct dm_target_spec *)data_of(task);

	if (!next)
		task->given = 0;
	if (task->given == task->answer->target_count) {
		*start = *length = 0;
		*type = *parameters = NULL;
		return NULL;
	}
	*start = target->sector_start;
	*length = target->length;
	*type = target->target_type;
	*parameters = (char *)(target + 1);
	return ++task->given < task->answer->target_count ? data_of(task) + target->next : NULL;
}

int dm_driver_version(char *version, size_t size)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_VERSION);
	int done = task && dm_task_run(task);

	if (done)
		snprintf(version, size, "%u.%u.%u", task->answer->version[0], task->answer->version[1],
			 task->answer->version[2]);
	if (task)
		dm_task_destroy(task);
	return done;
}

/* There is no libdevmapper in this program; the larger one, which is asked for versions, has it. */
int dm_get_library_version(char *version, size_t size)
{
	return snprintf(version, size, "none") < (int)size;
}
