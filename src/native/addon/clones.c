/* Files that share their blocks with others until one of them is written (man 2 ioctl_ficlone). */
#define _GNU_SOURCE
#include "values.h"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* Two descriptors: of what there is, and of what becomes like it. */
static bool get_two_files(napi_env env, napi_callback_info info, int32_t *source, int32_t *target)
{
	napi_value arguments[2];

	return get_arguments(env, info, 2, arguments) && get_descriptor(env, arguments[0], source) &&
	       get_descriptor(env, arguments[1], target);
}

/* cloneFile(source, target): an empty file gets all bytes of another, and its size; no block is copied. The error names the target. */
static napi_value clone_file(napi_env env, napi_callback_info info)
{
	int32_t source, target;

	if (!get_two_files(env, info, &source, &target))
		return NULL;
	if (ioctl(target, FICLONE, source) < 0)
		return throw_descriptor_error(env, "clone a file into", target);
	return make_undefined(env);
}

/* copyModified(source, target): the target was last changed, by its own account, when the source was. */
static napi_value copy_modified(napi_env env, napi_callback_info info)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };
	int32_t source, target;
	struct stat status;

	if (!get_two_files(env, info, &source, &target))
		return NULL;
	if (fstat(source, &status) < 0)
		return throw_descriptor_error(env, "look at", source);
	times[1] = status.st_mtim;
	if (futimens(target, times) < 0)
		return throw_descriptor_error(env, "set times of", target);
	return make_undefined(env);
}

void register_clones(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "cloneFile", clone_file },
		{ "copyModified", copy_modified },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
