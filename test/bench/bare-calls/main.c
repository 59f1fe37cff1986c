/*
 * The calls to the kernel, to udev's cookie and to xenstore that a stack of two layers cannot be made or taken down without, and
 * no other: it checks nothing, locks nothing, and remembers no more than the node. Nobody is faster who leaves the same behind.
 *   bare-calls add|remove                                     as libxl calls a hotplug script, with XENBUS_PATH
 *   bare-calls prepare snapshot BASE:COW:COW2
 *   bare-calls cleanup snapshot NODE
 * MARKS=FILE: what each step took is appended there, a line "COMMAND STEP MILLISECONDS" for each.
 */
#define _GNU_SOURCE
#include "xenstore.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define MAPPER "/dev/mapper/"
#define RECORD "/run/bare-calls"
#define LAYERS 2
#define SECTOR_BYTES 512
#define CHUNK 256

/* What block-snapshot tells udev as well: that nobody is to look into the device. */
#define UDEV_FLAGS \
	(DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG | DM_UDEV_DISABLE_DISK_RULES_FLAG | DM_UDEV_DISABLE_OTHER_RULES_FLAG)

static uint32_t cookie;
static const char *command;
static FILE *marks;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* What lies between this mark and the one before. */
static void mark(const char *step)
{
	static double before;
	double time;

	if (!marks)
		return;
	time = now();
	if (step)
		fprintf(marks, "%s %s %.3f\n", command, step, time - before);
	before = now();
}

static struct dm_task *task_of(int type, const char *name, bool with_event)
{
	struct dm_task *task = dm_task_create(type);

	if (!task || !dm_task_set_name(task, name) || (with_event && !dm_task_set_cookie(task, &cookie, UDEV_FLAGS)))
		errx(EXIT_FAILURE, "a task for %s", name);
	return task;
}

static void run(struct dm_task *task)
{
	if (!dm_task_run(task))
		errx(EXIT_FAILURE, "device-mapper: %s", strerror(dm_task_get_errno(task)));
}

static void begin_events(void)
{
	if (!dm_udev_create_cookie(&cookie))
		errx(EXIT_FAILURE, "no udev cookie");
}

static void wait_for_udev(void)
{
	struct sembuf without_us = { .sem_op = -1 }, until_zero = { .sem_op = 0 };
	int semaphore = cookie == 0 ? -1 : semget((key_t)cookie, 1, 0);

	if (cookie != 0 && (semop(semaphore, &without_us, 1) < 0 || semop(semaphore, &until_zero, 1) < 0 ||
			    semctl(semaphore, 0, IPC_RMID) < 0))
		err(EXIT_FAILURE, "udev cookie");
	dm_task_update_nodes();
	mark("wait-for-udev");
}

/* The device is held open until device-mapper has it, and then clears itself. */
static dev_t attach(const char *path)
{
	struct loop_config config = { .block_size = SECTOR_BYTES, .info.lo_flags = LO_FLAGS_AUTOCLEAR };
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), file = open(path, O_RDWR | O_CLOEXEC), loop;
	struct stat status;
	char node[32];

	snprintf(node, sizeof(node), "/dev/loop%d", ioctl(control, LOOP_CTL_GET_FREE));
	loop = open(node, O_RDWR | O_CLOEXEC);
	config.fd = (uint32_t)file;
	if (loop < 0 || ioctl(loop, LOOP_CONFIGURE, &config) < 0 || fstat(loop, &status) < 0)
		err(EXIT_FAILURE, "%s on %s", path, node);
	close(file);
	close(control);
	return status.st_rdev;
}

static dev_t make_layer(const char *name, uint64_t sectors, dev_t origin, dev_t cow)
{
	struct dm_task *task = task_of(DM_DEVICE_CREATE, name, false);
	struct dm_info state;
	char table[64];

	run(task);
	dm_task_get_info(task, &state);
	mark("create");
	snprintf(table, sizeof(table), "%u:%u %u:%u P %d", major(origin), minor(origin), major(cow), minor(cow), CHUNK);
	task = task_of(DM_DEVICE_RELOAD, name, false);
	if (!dm_task_add_target(task, 0, sectors, "snapshot", table))
		errx(EXIT_FAILURE, "no memory");
	run(task);
	mark("load");
	run(task_of(DM_DEVICE_RESUME, name, true));
	mark("resume");
	return makedev(state.major, state.minor);
}

/* Makes the stack; its node's name goes into `name`. */
static dev_t make_stack(char *parameters, char name[DM_NAME_LEN])
{
	dev_t under = 0;
	uint64_t sectors = 0;
	int length = snprintf(name, DM_NAME_LEN, "snapshot");

	begin_events();
	for (char *path = strtok(parameters, ":"); path; path = strtok(NULL, ":")) {
		struct stat status;
		dev_t loop;

		if (stat(path, &status) < 0)
			err(EXIT_FAILURE, "%s", path);
		length += snprintf(name + length, (size_t)(DM_NAME_LEN - length), "-%lx:%lu", status.st_dev, status.st_ino);
		loop = attach(path);
		mark("attach");
		if (sectors == 0)
			sectors = (uint64_t)status.st_size / SECTOR_BYTES;
		under = under == 0 ? loop : make_layer(name, sectors, under, loop);
	}
	wait_for_udev();
	return under;
}

static void take_stack_down(const char *node)
{
	char name[DM_NAME_LEN];

	snprintf(name, sizeof(name), "%s", node + strlen(MAPPER));
	begin_events();
	for (int layer = LAYERS; layer > 0; layer--) {
		run(task_of(DM_DEVICE_REMOVE, name, true));
		mark("remove");
		*strrchr(name, '-') = '\0';
	}
	wait_for_udev();
}

static void add(const char *backend)
{
	char parameters[4096], node[sizeof(MAPPER) + DM_NAME_LEN] = MAPPER, number[32], sequence[32];
	const char *const nodes[][2] = {
		{ "physical-device", number }, { "physical-device-path", node }, { "node", node },
		{ "diskseq", sequence }, { "hotplug-status", "connected" },
	};
	uint64_t disk_sequence = 0;
	dev_t device;
	int record;

	xenstore_connect();
	xenstore_read(backend, "params", parameters, sizeof(parameters));
	mark("xenstore-read");
	device = make_stack(parameters, node + strlen(MAPPER));
	record = open(node, O_RDONLY | O_CLOEXEC);
	if (record < 0 || ioctl(record, BLKGETDISKSEQ, &disk_sequence) < 0)
		err(EXIT_FAILURE, "%s", node);
	close(record);
	snprintf(number, sizeof(number), "%x:%x", major(device), minor(device));
	snprintf(sequence, sizeof(sequence), "%lx", disk_sequence);
	record = open(RECORD, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (write(record, node, strlen(node)) < 0)
		err(EXIT_FAILURE, RECORD);
	mark("node-and-record");
	xenstore_write(backend, nodes, sizeof(nodes) / sizeof(nodes[0]));
	mark("xenstore-write");
}

static void remove_recorded(void)
{
	char node[sizeof(MAPPER) + DM_NAME_LEN] = "";
	int record = open(RECORD, O_RDONLY | O_CLOEXEC);

	if (read(record, node, sizeof(node) - 1) < 0)
		err(EXIT_FAILURE, RECORD);
	take_stack_down(node);
	unlink(RECORD);
}

int main(int count, char **parameters)
{
	const char *backend = getenv("XENBUS_PATH"), *file = getenv("MARKS");
	char name[DM_NAME_LEN];

	command = count > 1 ? parameters[1] : "";
	marks = file ? fopen(file, "ae") : NULL;
	mark(NULL);
	if (strcmp(command, "add") == 0 && backend) {
		add(backend);
	} else if (strcmp(command, "remove") == 0) {
		remove_recorded();
	} else if (strcmp(command, "prepare") == 0 && count > 3) {
		make_stack(parameters[3], name);
		printf(MAPPER "%s\n", name);
	} else if (strcmp(command, "cleanup") == 0 && count > 3) {
		take_stack_down(parameters[3]);
	} else {
		errx(EXIT_FAILURE, "usage: bare-calls add|remove|prepare|cleanup ...");
	}
	return EXIT_SUCCESS;
}
