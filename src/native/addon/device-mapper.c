/* Device-mapper devices, changed through libdevmapper (libdevmapper.h documents each task). */
#include "device-mapper.h"
#include "values.h"

#include <errno.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TARGET_TYPE_SIZE 16
#define PARAMETERS_SIZE 1024

/* _LOG_ERR of libdevmapper's log levels; the bits above are flags. */
#define LEVEL_MASK 0x07
#define LEVEL_ERROR 3

static char message[256];

static void keep_message(int level, const char *file, int line, int dm_errno, const char *format, ...)
{
	va_list arguments;

	(void)file;
	(void)line;
	(void)dm_errno;
	/* The first one says what happened, those after it what that led to. */
	if ((level & LEVEL_MASK) > LEVEL_ERROR || message[0])
		return;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
}

void start_messages(void)
{
	static bool started;

	if (!started) {
		dm_log_with_errno_init(keep_message);
		/* Our names need no mangling, and a variable of the environment must not switch it on. */
		dm_set_name_mangling_mode(DM_STRING_MANGLING_NONE);
		started = true;
	}
	message[0] = '\0';
}

const char *first_message(void)
{
	return message;
}

struct dm_task *begin_task(napi_env env, int type, const char *operation, const char *name)
{
	struct dm_task *task;

	start_messages();
	task = dm_task_create(type);
	if (!task || (name && !dm_task_set_name(task, name))) {
		if (task)
			dm_task_destroy(task);
		throw_system_error(env, operation, name ? name : "", EINVAL, message);
		return NULL;
	}
	return task;
}

napi_value abandon_task(napi_env env, struct dm_task *task, const char *operation, const char *name)
{
	int error_number = dm_task_get_errno(task);

	dm_task_destroy(task);
	return throw_system_error(env, operation, name, error_number ? error_number : EIO, message);
}

/* Runs the task and frees it; undefined, or NULL with an exception pending. */
static napi_value finish_task(napi_env env, struct dm_task *task, const char *operation, const char *name)
{
	if (!dm_task_run(task))
		return abandon_task(env, task, operation, name);
	dm_task_destroy(task);
	return make_undefined(env);
}

/* Tasks that take nothing but the device's name. */
static napi_value run_simple(napi_env env, napi_callback_info info, int type, const char *operation)
{
	napi_value arguments[1];
	char name[NAME_SIZE];
	struct dm_task *task;

	if (!get_arguments(env, info, 1, arguments) || !get_string(env, arguments[0], name, sizeof(name)))
		return NULL;
	task = begin_task(env, type, operation, name);
	if (!task)
		return NULL;
	if (type == DM_DEVICE_SUSPEND)
		/* No filesystem of this machine lies on these devices, so there is none to freeze. */
		dm_task_skip_lockfs(task);
	return finish_task(env, task, operation, name);
}

/* createDevice(name): a device with no table; its major and minor. */
static napi_value create_device(napi_env env, napi_callback_info info)
{
	static const char operation[] = "create device";
	napi_value arguments[1], result = NULL;
	char name[NAME_SIZE];
	struct dm_info state;
	struct dm_task *task;

	if (!get_arguments(env, info, 1, arguments) || !get_string(env, arguments[0], name, sizeof(name)))
		return NULL;
	task = begin_task(env, DM_DEVICE_CREATE, operation, name);
	if (!task)
		return NULL;
	if (!dm_task_run(task) || !dm_task_get_info(task, &state))
		return abandon_task(env, task, operation, name);
	dm_task_destroy(task);
	napi_create_object(env, &result);
	set_property(env, result, "major", make_number(env, state.major));
	set_property(env, result, "minor", make_number(env, state.minor));
	return result;
}

/* clearInactiveTable(name) */
static napi_value clear_inactive_table(napi_env env, napi_callback_info info)
{
	return run_simple(env, info, DM_DEVICE_CLEAR, "clear inactive table");
}

/* suspendDevice(name): flushes what is under way first. */
static napi_value suspend_device(napi_env env, napi_callback_info info)
{
	return run_simple(env, info, DM_DEVICE_SUSPEND, "suspend device");
}

/* mendNode(name): makes the node in /dev/mapper of a device that is there, removes that of one that is not. */
static napi_value mend_node(napi_env env, napi_callback_info info)
{
	napi_value result = run_simple(env, info, DM_DEVICE_MKNODES, "mend node");

	if (result)
		dm_task_update_nodes();
	return result;
}

/* loadTable(name, length in sectors, target type, parameters): one target into the inactive table. */
static napi_value load_table(napi_env env, napi_callback_info info)
{
	napi_value arguments[4];
	char name[NAME_SIZE], type[TARGET_TYPE_SIZE], parameters[PARAMETERS_SIZE];
	uint64_t length;
	struct dm_task *task;

	if (!get_arguments(env, info, 4, arguments) || !get_string(env, arguments[0], name, sizeof(name)) ||
	    !get_uint64(env, arguments[1], &length) || !get_string(env, arguments[2], type, sizeof(type)) ||
	    !get_string(env, arguments[3], parameters, sizeof(parameters)))
		return NULL;
	task = begin_task(env, DM_DEVICE_RELOAD, "load table", name);
	if (!task)
		return NULL;
	if (!dm_task_add_target(task, 0, length, type, parameters)) {
		dm_task_destroy(task);
		return throw_system_error(env, "load table", name, ENOMEM, message);
	}
	return finish_task(env, task, "load table", name);
}

/* Resume and remove make udev events: (name, cookie, udev flags), the cookie 0 where nobody waits for udev. */
static napi_value run_with_udev(napi_env env, napi_callback_info info, int type, const char *operation)
{
	napi_value arguments[3];
	char name[NAME_SIZE];
	uint32_t cookie;
	uint16_t flags;
	struct dm_task *task;
	bool error;

	if (!get_arguments(env, info, 3, arguments) || !get_string(env, arguments[0], name, sizeof(name)) ||
	    !get_uint32(env, arguments[1], &cookie) || !get_uint16(env, arguments[2], &flags))
		return NULL;
	task = begin_task(env, type, operation, name);
	if (!task)
		return NULL;
	/* Without the synchronisation the flags reach udev's rules all the same, and no semaphore is needed that can be missing. */
	if (cookie == 0)
		dm_udev_set_sync_support(0);
	error = !dm_task_set_cookie(task, &cookie, flags);
	dm_udev_set_sync_support(1);
	if (error) {
		dm_task_destroy(task);
		return throw_system_error(env, operation, name, EIO, message);
	}
	return finish_task(env, task, operation, name);
}

/* resumeDevice(name, cookie, udev flags): an inactive table becomes the live one. */
static napi_value resume_device(napi_env env, napi_callback_info info)
{
	return run_with_udev(env, info, DM_DEVICE_RESUME, "resume device");
}

/* removeDevice(name, cookie, udev flags); EBUSY when it is open. */
static napi_value remove_device(napi_env env, napi_callback_info info)
{
	return run_with_udev(env, info, DM_DEVICE_REMOVE, "remove device");
}

void register_device_mapper(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "createDevice", create_device },
		{ "mendNode", mend_node },
		{ "loadTable", load_table },
		{ "clearInactiveTable", clear_inactive_table },
		{ "suspendDevice", suspend_device },
		{ "resumeDevice", resume_device },
		{ "removeDevice", remove_device },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
