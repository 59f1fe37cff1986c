/* Mounts (man 2 statx, man 5 proc_pid_mountinfo). */
#define _GNU_SOURCE
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes: a machine with a hundred thousand mounts says less about them. */
#define LONGEST_TEXT (64 * 1024 * 1024)

/* From linux/stat.h of Linux 5.8; older headers lack it. */
#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U
#endif

/* mountNumber(path): of the mount that it leads to; null where the kernel does not tell. */
static napi_value mount_number(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	char path[PATH_MAX];
	struct statx status;

	if (!get_arguments(env, info, 1, arguments) || !get_string(env, arguments[0], path, sizeof(path)))
		return NULL;
	if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &status) < 0)
		return throw_system_error(env, "look at", path, errno, "");
	if (!(status.stx_mask & STATX_MNT_ID))
		return make_null(env);
	return make_number(env, (double)status.stx_mnt_id);
}

/* All that can be read there, ended by a NUL, to be freed by the caller; NULL with errno. */
static char *read_all(int descriptor)
{
	size_t size = 16384, length = 0;
	char *text = malloc(size);

	while (text) {
		ssize_t got = read(descriptor, text + length, size - 1 - length);
		char *larger;

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0) {
			text[length] = '\0';
			return text;
		}
		if (got > 0 && (length += (size_t)got) < size - 1)
			continue;
		larger = got > 0 && size < LONGEST_TEXT ? realloc(text, size * 2) : NULL;
		if (!larger) {
			int error_number = got > 0 ? EFBIG : errno;

			free(text);
			errno = error_number;
			return NULL;
		}
		text = larger;
		size *= 2;
	}
	return NULL;
}

/* readWholeText(path): all that a file of /proc says. */
static napi_value read_whole_text(napi_env env, napi_callback_info info)
{
	napi_value arguments[1], result;
	char path[PATH_MAX], *text;
	int descriptor, error_number;

	if (!get_arguments(env, info, 1, arguments) || !get_string(env, arguments[0], path, sizeof(path)))
		return NULL;
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return throw_system_error(env, "open", path, errno, "");
	text = read_all(descriptor);
	error_number = errno;
	close(descriptor);
	if (!text)
		return throw_system_error(env, "read", path, error_number, "");
	result = make_string(env, text);
	free(text);
	return result;
}

void register_mounts(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "mountNumber", mount_number },
		{ "readWholeText", read_whole_text },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
