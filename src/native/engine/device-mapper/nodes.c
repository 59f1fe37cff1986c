#include "nodes.h"
#include "control.h"
#include "messages.h"

#include <errno.h>
#include <libdevmapper.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whose libdevmapper's nodes are at Debian's and Fedora's: root's, and of the group "disk". */
#define NODE_OWNER 0
#define NODE_GROUP 6
#define NODE_MODE 0660

/* 0 is no device's number. */
#define NO_DEVICE 0

struct change {
	struct change *next;
	dev_t device;
	char name[DM_NAME_LEN];
};

/* In the order in which they came, which is that of the devices. */
static struct change *first, **end = &first;

static void forget(struct change **place)
{
	struct change *change = *place;

	*place = change->next;
	if (end == &change->next)
		end = place;
	free(change);
}

void leave_node(const char *name)
{
	struct change **place = &first;

	while (*place)
		if (strcmp((*place)->name, name) == 0)
			forget(place);
		else
			place = &(*place)->next;
}

static bool keep(const char *name, dev_t device)
{
	static bool at_end;
	struct change *change = malloc(sizeof(*change));

	leave_node(name);
	if (!change)
		return say("no memory for the node of %s", name);
	if (!at_end)
		at_end = atexit(dm_task_update_nodes) == 0;
	change->next = NULL;
	change->device = device;
	snprintf(change->name, sizeof(change->name), "%s", name);
	*end = change;
	end = &change->next;
	return true;
}

bool keep_node(const char *name, dev_t device)
{
	return keep(name, device);
}

bool keep_no_node(const char *name)
{
	return keep(name, NO_DEVICE);
}

static bool make_node(const char *path, dev_t device)
{
	mode_t mask = umask(0);
	int result = mknod(path, S_IFBLK | NODE_MODE, device);

	umask(mask);
	/* Udev may have been faster. */
	if (result < 0 && errno != EEXIST)
		return say_call_failed("mknod", path);
	return chown(path, NODE_OWNER, NODE_GROUP) == 0 || say_call_failed("chown", path);
}

/* By whomever it was made, and whether it is a node or a link to one: one that leads to the device stays as it is. */
static bool have_node(const char *path, dev_t device)
{
	struct stat status;

	if (stat(path, &status) == 0) {
		if (!S_ISBLK(status.st_mode))
			return say("%s is there, and is no block device", path);
		if (status.st_rdev == device)
			return true;
	} else if (errno != ENOENT || lstat(path, &status) < 0) {
		return make_node(path, device);
	}
	/* Another device's, or a link that leads nowhere. */
	if (unlink(path) < 0 && errno != ENOENT)
		return say_call_failed("unlink", path);
	return make_node(path, device);
}

static bool have_no_node(const char *path)
{
	return unlink(path) == 0 || errno == ENOENT || say_call_failed("unlink", path);
}

void dm_task_update_nodes(void)
{
	while (first) {
		char path[sizeof(NODE_FOLDER) + DM_NAME_LEN];

		snprintf(path, sizeof(path), NODE_FOLDER "/%s", first->name);
		if (first->device == NO_DEVICE)
			have_no_node(path);
		else
			have_node(path, first->device);
		forget(&first);
	}
}
