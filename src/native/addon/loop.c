/* Loop devices, looked at (linux/loop.h, man 4 loop). */
#include "loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static napi_value describe_loop(napi_env env, const struct loop_info64 *status)
{
	napi_value result = NULL;

	napi_create_object(env, &result);
	set_property(env, result, "device", make_bigint(env, status->lo_device));
	set_property(env, result, "inode", make_bigint(env, status->lo_inode));
	set_property(env, result, "fileRdev", make_bigint(env, status->lo_rdevice));
	set_property(env, result, "offset", make_bigint(env, status->lo_offset));
	set_property(env, result, "sizeLimit", make_bigint(env, status->lo_sizelimit));
	set_property(env, result, "flags", make_number(env, status->lo_flags));
	return result;
}

/* loopStatus(descriptor): what it is attached to, or null where it is free. Device and inode are the file's. */
static napi_value loop_status(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	struct loop_info64 status;
	int32_t loop;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &loop))
		return NULL;
	if (ioctl(loop, LOOP_GET_STATUS64, &status) < 0) {
		if (errno == ENXIO)
			return make_null(env);
		return throw_descriptor_error(env, "read status of loop device", loop);
	}
	return describe_loop(env, &status);
}

/* What sysfs shows as the file behind a loop device, with its newline; false where it is free, or has gone. */
static bool read_backing_file(int folder, const char *name, char *text, size_t size)
{
	char path[NAME_MAX + sizeof("/loop/backing_file")];
	ssize_t length;
	int descriptor;

	snprintf(path, sizeof(path), "%s/loop/backing_file", name);
	descriptor = openat(folder, path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return false;
	length = read(descriptor, text, size - 1);
	close(descriptor);
	text[length > 0 ? length : 0] = '\0';
	return length >= 0;
}

int ask_loop(const char *name, struct loop_info64 *status, struct stat *node)
{
	char path[NAME_MAX + sizeof("/dev/")];
	int descriptor, failed;

	snprintf(path, sizeof(path), "/dev/%s", name);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return errno == ENOENT || errno == ENXIO || errno == ENODEV ? 0 : -1;
	failed = ioctl(descriptor, LOOP_GET_STATUS64, status) < 0 || fstat(descriptor, node) < 0;
	close(descriptor);
	if (failed)
		return errno == ENXIO ? 0 : -1;
	return 1;
}

/* loopFiles(): name and file, as sysfs shows it with its newline, of each in use. No filesystem is asked. */
static napi_value loop_files(napi_env env, napi_callback_info info)
{
	static const char folder[] = "/sys/block";
	napi_value result = NULL;
	struct dirent *entry;
	uint32_t index = 0;
	DIR *devices;

	(void)info;
	devices = opendir(folder);
	if (!devices)
		return throw_system_error(env, "list", folder, errno, "");
	napi_create_array(env, &result);
	while (errno = 0, (entry = readdir(devices))) {
		char file[PATH_MAX + 32];
		napi_value loop;

		if (strncmp(entry->d_name, "loop", strlen("loop")) != 0 ||
		    !read_backing_file(dirfd(devices), entry->d_name, file, sizeof(file)))
			continue;
		napi_create_object(env, &loop);
		set_property(env, loop, "name", make_string(env, entry->d_name));
		set_property(env, loop, "file", make_string(env, file));
		napi_set_element(env, result, index++, loop);
	}
	if (errno != 0) {
		throw_system_error(env, "list", folder, errno, "");
		closedir(devices);
		return NULL;
	}
	closedir(devices);
	return result;
}

napi_value describe_attached_loop(napi_env env, const char *name, const struct loop_info64 *status, dev_t number)
{
	napi_value loop = describe_loop(env, status);

	set_property(env, loop, "name", make_string(env, name));
	set_property(env, loop, "rdev", make_bigint(env, number));
	return loop;
}

/* askLoops(names): name, st_rdev and what LOOP_GET_STATUS64 tells of each; null where it cannot tell, or is free. */
static napi_value ask_loops(napi_env env, napi_callback_info info)
{
	napi_value arguments[1], result = NULL;
	uint32_t count, index;

	if (!get_arguments(env, info, 1, arguments))
		return NULL;
	if (napi_get_array_length(env, arguments[0], &count) != napi_ok) {
		napi_throw_type_error(env, NULL, "addon: expected an array");
		return NULL;
	}
	napi_create_array(env, &result);
	for (index = 0; index < count; index++) {
		napi_value element = NULL, loop = make_null(env);
		struct loop_info64 status;
		struct stat node;
		char name[64];
		int found;

		napi_get_element(env, arguments[0], index, &element);
		if (!get_string(env, element, name, sizeof(name)))
			return NULL;
		found = ask_loop(name, &status, &node);
		if (found < 0 && (errno == EACCES || errno == EPERM))
			return throw_system_error(env, "read status of loop device", name, errno, "");
		if (found > 0)
			loop = describe_attached_loop(env, name, &status, node.st_rdev);
		napi_set_element(env, result, index, loop);
	}
	return result;
}

void register_loop(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "loopStatus", loop_status },
		{ "loopFiles", loop_files },
		{ "askLoops", ask_loops },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
