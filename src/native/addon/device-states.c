/* What device-mapper devices there are, and how they are, through libdevmapper. */
#include "device-mapper.h"
#include "values.h"

#include <errno.h>
#include <libdevmapper.h>

static napi_value describe_targets(napi_env env, struct dm_task *task)
{
	napi_value targets = NULL;
	uint32_t index = 0;
	uint64_t start, length;
	char *type, *parameters;
	void *next = NULL;

	napi_create_array(env, &targets);
	do {
		napi_value target = NULL;

		next = dm_get_next_target(task, next, &start, &length, &type, &parameters);
		if (!type)
			break;
		napi_create_object(env, &target);
		set_property(env, target, "start", make_number(env, (double)start));
		set_property(env, target, "length", make_number(env, (double)length));
		set_property(env, target, "type", make_string(env, type));
		set_property(env, target, "parameters", make_string(env, parameters ? parameters : ""));
		napi_set_element(env, targets, index++, target);
	} while (next);
	return targets;
}

/*
 * Asks for the state of a device and its targets. The task is to be destroyed; none where there is no device of that name. False with
 * an exception pending.
 */
static bool ask_state(napi_env env, const char *name, int type, const char *operation, struct dm_task **task, struct dm_info *state)
{
	*task = begin_task(env, type, operation, name);
	if (!*task)
		return false;
	if (!dm_task_run(*task) && dm_task_get_errno(*task) != ENXIO) {
		abandon_task(env, *task, operation, name);
		return false;
	}
	if (dm_task_get_errno(*task) != ENXIO && dm_task_get_info(*task, state) && state->exists)
		return true;
	dm_task_destroy(*task);
	*task = NULL;
	return true;
}

/* The state of a device with its targets; null where there is none of that name; NULL with an exception pending. */
static napi_value ask_device(napi_env env, const char *name, int type, const char *operation)
{
	napi_value result = NULL;
	struct dm_info state;
	struct dm_task *task;

	if (!ask_state(env, name, type, operation, &task, &state))
		return NULL;
	if (!task)
		return make_null(env);
	napi_create_object(env, &result);
	set_property(env, result, "major", make_number(env, state.major));
	set_property(env, result, "minor", make_number(env, state.minor));
	set_property(env, result, "openCount", make_number(env, state.open_count));
	set_property(env, result, "suspended", make_boolean(env, state.suspended));
	set_property(env, result, "liveTable", make_boolean(env, state.live_table));
	set_property(env, result, "inactiveTable", make_boolean(env, state.inactive_table));
	set_property(env, result, "targets", describe_targets(env, task));
	dm_task_destroy(task);
	return result;
}

static napi_value describe_device(napi_env env, napi_callback_info info, int type, const char *operation)
{
	napi_value arguments[1];
	char name[NAME_SIZE];

	if (!get_arguments(env, info, 1, arguments) || !get_string(env, arguments[0], name, sizeof(name)))
		return NULL;
	return ask_device(env, name, type, operation);
}

/* deviceTable(name): the live table. */
static napi_value device_table(napi_env env, napi_callback_info info)
{
	return describe_device(env, info, DM_DEVICE_TABLE, "read table");
}

/* deviceStatus(name): the targets' own account of how they are. */
static napi_value device_status(napi_env env, napi_callback_info info)
{
	return describe_device(env, info, DM_DEVICE_STATUS, "read status");
}

/* As ask_device, with its table, and its status beside. */
static napi_value ask_in_full(napi_env env, const char *name)
{
	napi_value result = ask_device(env, name, DM_DEVICE_TABLE, "read table");
	napi_valuetype type;
	struct dm_info state;
	struct dm_task *task;

	if (!result)
		return NULL;
	napi_typeof(env, result, &type);
	if (type == napi_null)
		return result;
	if (!ask_state(env, name, DM_DEVICE_STATUS, "read status", &task, &state))
		return NULL;
	if (!task)
		return make_null(env);
	set_property(env, result, "status", describe_targets(env, task));
	dm_task_destroy(task);
	return result;
}

/* devicesInFull(names): the state of each with its table, and its status beside; null in the place of what is not there any more. */
static napi_value devices_in_full(napi_env env, napi_callback_info info)
{
	napi_value arguments[1], result = NULL;
	uint32_t count;

	if (!get_arguments(env, info, 1, arguments))
		return NULL;
	if (napi_get_array_length(env, arguments[0], &count) != napi_ok) {
		throw_wrong_type(env, "an array");
		return NULL;
	}
	napi_create_array_with_length(env, count, &result);
	for (uint32_t index = 0; index < count; index++) {
		napi_value element, device;
		char name[NAME_SIZE];

		if (napi_get_element(env, arguments[0], index, &element) != napi_ok ||
		    !get_string(env, element, name, sizeof(name)))
			return NULL;
		device = ask_in_full(env, name);
		if (!device)
			return NULL;
		napi_set_element(env, result, index, device);
	}
	return result;
}

/* deviceNames(): of all device-mapper devices. */
static napi_value device_names(napi_env env, napi_callback_info info)
{
	napi_value result = NULL;
	struct dm_names *names;
	struct dm_task *task;
	uint32_t index = 0;

	(void)info;
	task = begin_task(env, DM_DEVICE_LIST, "list devices", NULL);
	if (!task)
		return NULL;
	if (!dm_task_run(task) || !(names = dm_task_get_names(task)))
		return abandon_task(env, task, "list devices", "");
	napi_create_array(env, &result);
	/* The first entry's dev is 0 where there is no device at all. */
	while (names->dev) {
		napi_set_element(env, result, index++, make_string(env, names->name));
		if (!names->next)
			break;
		names = (struct dm_names *)((char *)names + names->next);
	}
	dm_task_destroy(task);
	return result;
}

/* targetTypes(): the names of the target types that the kernel has loaded. */
static napi_value target_types(napi_env env, napi_callback_info info)
{
	napi_value result = NULL;
	struct dm_versions *versions;
	struct dm_task *task;
	uint32_t index = 0;

	(void)info;
	task = begin_task(env, DM_DEVICE_LIST_VERSIONS, "list target types", NULL);
	if (!task)
		return NULL;
	if (!dm_task_run(task) || !(versions = dm_task_get_versions(task)))
		return abandon_task(env, task, "list target types", "");
	napi_create_array(env, &result);
	for (;;) {
		napi_set_element(env, result, index++, make_string(env, versions->name));
		if (!versions->next)
			break;
		versions = (struct dm_versions *)((char *)versions + versions->next);
	}
	dm_task_destroy(task);
	return result;
}

/* deviceMapperVersions(): of the library, and of the kernel's driver, null where that does not answer. */
static napi_value device_mapper_versions(napi_env env, napi_callback_info info)
{
	napi_value result = NULL, none = NULL;
	char version[64];

	(void)info;
	start_messages();
	if (!dm_get_library_version(version, sizeof(version)))
		return throw_system_error(env, "ask for the version", "libdevmapper", EIO, first_message());
	napi_create_object(env, &result);
	napi_set_named_property(env, result, "library", make_string(env, version));
	napi_get_null(env, &none);
	napi_set_named_property(env, result, "driver",
				dm_driver_version(version, sizeof(version)) ? make_string(env, version) : none);
	return result;
}

void register_device_states(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "deviceTable", device_table },
		{ "deviceStatus", device_status },
		{ "devicesInFull", devices_in_full },
		{ "deviceNames", device_names },
		{ "targetTypes", target_types },
		{ "deviceMapperVersions", device_mapper_versions },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
