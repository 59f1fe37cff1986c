/* Loop devices, made and changed (linux/loop.h, man 4 loop). */
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* freeLoopNumber(): the number of a loop device that is free at this moment. */
static napi_value free_loop_number(napi_env env, napi_callback_info info)
{
	int descriptor, number, error_number;

	(void)info;
	descriptor = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (descriptor < 0)
		return throw_system_error(env, "open", "/dev/loop-control", errno, "");
	number = ioctl(descriptor, LOOP_CTL_GET_FREE);
	error_number = errno;
	close(descriptor);
	if (number < 0)
		return throw_system_error(env, "get free loop device", "/dev/loop-control", error_number, "");
	return make_number(env, number);
}

/*
 * configureLoop(descriptor of the loop device, of the file, LO_FLAGS, name shown by losetup where sysfs is not there). Its
 * sectors have 512 bytes, as they have without direct I/O: newer kernels would take those of the disk below for it.
 */
static napi_value configure_loop(napi_env env, napi_callback_info info)
{
	napi_value arguments[4];
	struct loop_config config = { 0 };
	int32_t loop, file;
	char name[4096];

	if (!get_arguments(env, info, 4, arguments) || !get_descriptor(env, arguments[0], &loop) ||
	    !get_descriptor(env, arguments[1], &file) || !get_uint32(env, arguments[2], &config.info.lo_flags) ||
	    !get_string(env, arguments[3], name, sizeof(name)))
		return NULL;
	config.fd = (uint32_t)file;
	config.block_size = 512;
	/* The kernel's field is short: a longer name is cut, and nothing of ours reads it. */
	memcpy(config.info.lo_file_name, name, strnlen(name, LO_NAME_SIZE - 1));
	if (ioctl(loop, LOOP_CONFIGURE, &config) < 0)
		return throw_descriptor_error(env, "configure loop device", loop);
	return make_undefined(env);
}

/* refreshLoopSize(descriptor): takes over the present size of the file. */
static napi_value refresh_loop_size(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t loop;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &loop))
		return NULL;
	if (ioctl(loop, LOOP_SET_CAPACITY, 0) < 0)
		return throw_descriptor_error(env, "refresh size of loop device", loop);
	return make_undefined(env);
}

/* stopDirectIo(descriptor): from now on it goes through the page cache. */
static napi_value stop_direct_io(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t loop;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &loop))
		return NULL;
	if (ioctl(loop, LOOP_SET_DIRECT_IO, 0UL) < 0)
		return throw_descriptor_error(env, "stop direct I/O of loop device", loop);
	return make_undefined(env);
}

/*
 * detachLoop(descriptor): its file is let go, at once where nobody else has the device open, or else when the last one closes it.
 * Nothing happens where it is free already.
 */
static napi_value detach_loop(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t loop;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &loop))
		return NULL;
	if (ioctl(loop, LOOP_CLR_FD, 0) < 0 && errno != ENXIO)
		return throw_descriptor_error(env, "detach loop device", loop);
	return make_undefined(env);
}

/* keepLoop(descriptor): from now on it stays when nobody has it open. */
static napi_value keep_loop(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	struct loop_info64 status;
	int32_t loop;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &loop))
		return NULL;
	if (ioctl(loop, LOOP_GET_STATUS64, &status) < 0)
		return throw_descriptor_error(env, "read status of loop device", loop);
	if (status.lo_flags & LO_FLAGS_AUTOCLEAR) {
		status.lo_flags &= ~(uint32_t)LO_FLAGS_AUTOCLEAR;
		if (ioctl(loop, LOOP_SET_STATUS64, &status) < 0)
			return throw_descriptor_error(env, "keep loop device", loop);
	}
	return make_undefined(env);
}

void register_loop_changes(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "freeLoopNumber", free_loop_number },
		{ "configureLoop", configure_loop },
		{ "refreshLoopSize", refresh_loop_size },
		{ "stopDirectIo", stop_direct_io },
		{ "detachLoop", detach_loop },
		{ "keepLoop", keep_loop },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
