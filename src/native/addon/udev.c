/*
 * Waiting for udev: a cookie is a semaphore that udev's rules count down once they are done with a device
 * (libdevmapper.h, "udev synchronisation"). Without udev running, libdevmapper makes the nodes itself.
 */
#define _GNU_SOURCE
#include "clock.h"
#include "device-mapper.h"
#include "values.h"

#include <errno.h>
#include <libdevmapper.h>
#include <sys/sem.h>

/* createUdevCookie(): a number to give to resume and remove; 0 where udev does not run. */
static napi_value create_udev_cookie(napi_env env, napi_callback_info info)
{
	uint32_t cookie = 0;

	(void)info;
	start_messages();
	if (!dm_udev_create_cookie(&cookie))
		return throw_system_error(env, "create udev cookie", "", ENOSPC, first_message());
	return make_number(env, cookie);
}

/*
 * Waits for zero as dm_udev_wait does, which knows no end (semtimedop(2)). The semaphore counts the events that udev has
 * not done with, and one for whoever waits: that one is taken away meanwhile. 0 or an errno: EAGAIN when time ran out,
 * EIDRM when somebody has taken the semaphore away.
 */
static int wait_for_semaphore(int semaphore, int64_t end)
{
	struct sembuf without_us = { .sem_op = -1, .sem_flg = IPC_NOWAIT };
	struct sembuf until_zero = { .sem_op = 0 };
	struct sembuf with_us = { .sem_op = 1 };

	if (semop(semaphore, &without_us, 1) < 0)
		return errno == EAGAIN ? EIO : errno;
	for (;;) {
		int64_t left = end - monotonic_milliseconds();
		struct timespec limit = { 0 };

		if (left > 0) {
			limit.tv_sec = left / 1000;
			limit.tv_nsec = (left % 1000) * 1000000;
		}
		if (semtimedop(semaphore, &until_zero, 1, &limit) == 0)
			return semop(semaphore, &with_us, 1) < 0 ? errno : 0;
		if (errno != EINTR)
			return errno;
	}
}

/* waitForUdev(cookie, milliseconds): true when udev is done, false when time ran out. Makes the nodes where udev does not. */
static napi_value wait_for_udev(napi_env env, napi_callback_info info)
{
	napi_value arguments[2];
	uint32_t cookie, milliseconds;
	int semaphore, error, ready = 0;

	if (!get_arguments(env, info, 2, arguments) || !get_uint32(env, arguments[0], &cookie) ||
	    !get_uint32(env, arguments[1], &milliseconds))
		return NULL;
	start_messages();
	if (cookie == 0) {
		dm_udev_wait(0);
		return make_boolean(env, true);
	}
	semaphore = semget((key_t)cookie, 1, 0);
	error = semaphore < 0 ? errno : wait_for_semaphore(semaphore, monotonic_milliseconds() + milliseconds);
	if (error == EAGAIN) {
		/* Nobody will wait for this cookie any more: its semaphore must not stay behind. */
		semctl(semaphore, 0, IPC_RMID);
		return make_boolean(env, false);
	}
	/* dmsetup udevcomplete_all: an administrator wants nobody to wait any more. */
	if (error == EIDRM || error == EINVAL || error == ENOENT) {
		dm_udev_wait(0);
		return make_boolean(env, true);
	}
	if (error != 0)
		return throw_system_error(env, "wait for udev", "", error, "");
	if (!dm_udev_wait_immediate(cookie, &ready) || !ready)
		return throw_system_error(env, "wait for udev", "", EIO, first_message());
	return make_boolean(env, true);
}

void register_udev(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "createUdevCookie", create_udev_cookie },
		{ "waitForUdev", wait_for_udev },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
