/*
 * The node has a number of its own since Linux 2.6.36 (MAPPER_CTRL_MINOR of linux/miscdevice.h, below the major number of
 * miscellaneous devices, linux/major.h): where nobody has made it, as in a container's /dev, it is made here, and opening it
 * has the kernel load its module.
 */
#include "control.h"
#include "messages.h"

#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <linux/dm-ioctl.h>
#include <linux/major.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CONTROL NODE_FOLDER "/" DM_CONTROL_NODE
#define CONTROL_MINOR 236

static bool is_there(void)
{
	struct stat status;

	if (stat(CONTROL, &status) < 0) {
		if (errno != ENOENT)
			say_call_failed("stat", CONTROL);
		return false;
	}
	if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(MISC_MAJOR, CONTROL_MINOR))
		return true;
	/* Something else has its name. */
	if (unlink(CONTROL) < 0 && errno != ENOENT)
		say_call_failed("unlink", CONTROL);
	return false;
}

static bool make_folder(void)
{
	mode_t mask = umask(DM_DEV_DIR_UMASK);
	bool made = mkdir(NODE_FOLDER, 0777) == 0 || errno == EEXIST || say_call_failed("mkdir", NODE_FOLDER);

	umask(mask);
	return made;
}

/* Somebody else may be making it as well. */
static bool make_node(void)
{
	mode_t mask = umask(DM_CONTROL_NODE_UMASK);
	int result = mknod(CONTROL, S_IFCHR | S_IRUSR | S_IWUSR, makedev(MISC_MAJOR, CONTROL_MINOR));

	umask(mask);
	if (result == 0)
		return true;
	return errno == EEXIST ? is_there() : say_call_failed("mknod", CONTROL);
}

int control_descriptor(void)
{
	static int descriptor = -1;

	if (descriptor < 0 && (is_there() || (make_folder() && make_node()))) {
		descriptor = open(CONTROL, O_RDWR | O_CLOEXEC);
		if (descriptor < 0)
			say_call_failed("open", CONTROL);
	}
	return descriptor;
}
