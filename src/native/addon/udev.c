/*
 * Waiting for udev: a cookie is a semaphore that udev's rules count down once they are done with a device
 * (libdevmapper.h, "udev synchronisation"). Without udev running, libdevmapper makes the nodes itself.
 */
#include "device-mapper.h"
#include "values.h"

#include <errno.h>
#include <libdevmapper.h>
#include <sys/sem.h>
#include <time.h>

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

/* waitForUdev(cookie, milliseconds): true when udev is done, false when time ran out. Makes the nodes where udev does not. */
static napi_value wait_for_udev(napi_env env, napi_callback_info info)
{
	static const struct timespec pause = { .tv_nsec = 200 * 1000 };
	napi_value arguments[2];
	uint32_t cookie, milliseconds;
	struct timespec now, end;

	if (!get_arguments(env, info, 2, arguments) || !get_uint32(env, arguments[0], &cookie) ||
	    !get_uint32(env, arguments[1], &milliseconds))
		return NULL;
	start_messages();
	if (cookie == 0) {
		dm_udev_wait(0);
		return make_boolean(env, true);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += milliseconds / 1000;
	end.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	for (;;) {
		int ready = 0;

		if (!dm_udev_wait_immediate(cookie, &ready))
			return throw_system_error(env, "wait for udev", "", EIO, first_message());
		if (ready)
			return make_boolean(env, true);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec))
			break;
		nanosleep(&pause, NULL);
	}
	/* Nobody will wait for this cookie any more: its semaphore must not stay behind. */
	semctl(semget((key_t)cookie, 1, 0), 0, IPC_RMID);
	return make_boolean(env, false);
}

void register_udev(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "createUdevCookie", create_udev_cookie },
		{ "waitForUdev", wait_for_udev },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
