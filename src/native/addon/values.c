#define _GNU_SOURCE
#include "values.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Number.MAX_SAFE_INTEGER. */
#define LARGEST_WHOLE 9007199254740991.0

bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments)
{
	size_t given = count;

	if (napi_get_cb_info(env, info, &given, arguments, NULL, NULL) != napi_ok)
		return false;
	if (given < count) {
		napi_throw_type_error(env, NULL, "addon: too few arguments");
		return false;
	}
	return true;
}

bool throw_wrong_type(napi_env env, const char *wanted)
{
	char message[64];

	snprintf(message, sizeof(message), "addon: expected %s", wanted);
	napi_throw_type_error(env, NULL, message);
	return false;
}

/* What cannot be handed to the kernel, with its beginning, so that one sees what it is. */
static bool throw_unusable(napi_env env, napi_value value, int error_number)
{
	char beginning[128];

	napi_get_value_string_utf8(env, value, beginning, sizeof(beginning), NULL);
	throw_system_error(env, "use", beginning, error_number, "");
	return false;
}

bool get_string(napi_env env, napi_value value, char *buffer, size_t size)
{
	size_t length;

	if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok)
		return throw_wrong_type(env, "a string");
	if (length >= size)
		return throw_unusable(env, value, ENAMETOOLONG);
	if (napi_get_value_string_utf8(env, value, buffer, size, &length) != napi_ok)
		return throw_wrong_type(env, "a string");
	return strlen(buffer) == length || throw_unusable(env, value, EINVAL);
}

char *get_text(napi_env env, napi_value value, size_t *length)
{
	char *text;

	if (napi_get_value_string_utf8(env, value, NULL, 0, length) != napi_ok) {
		throw_wrong_type(env, "a string");
		return NULL;
	}
	text = malloc(*length + 1);
	if (!text)
		throw_unusable(env, value, ENOMEM);
	else
		napi_get_value_string_utf8(env, value, text, *length + 1, length);
	return text;
}

/* Not by napi_get_value_int32 and its like, which make a descriptor of NaN, and another one of 4294967296. */
static bool get_whole(napi_env env, napi_value value, double lowest, double highest, double *number)
{
	if (napi_get_value_double(env, value, number) != napi_ok || !(*number >= lowest && *number <= highest) ||
	    (double)(int64_t)*number != *number)
		return throw_wrong_type(env, "a whole number in its range");
	return true;
}

bool get_descriptor(napi_env env, napi_value value, int32_t *result)
{
	double number;
	char text[16];

	if (!get_whole(env, value, INT32_MIN, INT32_MAX, &number))
		return false;
	*result = (int32_t)number;
	if (*result >= 0)
		return true;
	snprintf(text, sizeof(text), "%d", *result);
	throw_system_error(env, "use descriptor", text, EBADF, "");
	return false;
}

bool get_uint16(napi_env env, napi_value value, uint16_t *result)
{
	double number;

	if (!get_whole(env, value, 0, UINT16_MAX, &number))
		return false;
	*result = (uint16_t)number;
	return true;
}

bool get_uint32(napi_env env, napi_value value, uint32_t *result)
{
	double number;

	if (!get_whole(env, value, 0, UINT32_MAX, &number))
		return false;
	*result = (uint32_t)number;
	return true;
}

bool get_uint64(napi_env env, napi_value value, uint64_t *result)
{
	double number;

	if (!get_whole(env, value, 0, LARGEST_WHOLE, &number))
		return false;
	*result = (uint64_t)number;
	return true;
}

napi_value make_undefined(napi_env env)
{
	napi_value result = NULL;

	napi_get_undefined(env, &result);
	return result;
}

napi_value make_null(napi_env env)
{
	napi_value result = NULL;

	napi_get_null(env, &result);
	return result;
}

napi_value make_boolean(napi_env env, bool value)
{
	napi_value result = NULL;

	napi_get_boolean(env, value, &result);
	return result;
}

napi_value make_number(napi_env env, double value)
{
	napi_value result = NULL;

	napi_create_double(env, value, &result);
	return result;
}

napi_value make_bigint(napi_env env, uint64_t value)
{
	napi_value result = NULL;

	napi_create_bigint_uint64(env, value, &result);
	return result;
}

napi_value make_string(napi_env env, const char *text)
{
	napi_value result = NULL;

	napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
	return result;
}

void set_property(napi_env env, napi_value object, const char *name, napi_value value)
{
	napi_set_named_property(env, object, name, value);
}

napi_value throw_system_error(napi_env env, const char *operation, const char *argument, int error_number,
			      const char *detail)
{
	const char *code = strerrorname_np(error_number);
	char message[4200];
	napi_value error = NULL;

	if (!code)
		code = "EIO";
	snprintf(message, sizeof(message), "%s %s: %s", operation, argument, code);
	napi_create_error(env, make_string(env, code), make_string(env, message), &error);
	set_property(env, error, "operation", make_string(env, operation));
	set_property(env, error, "argument", make_string(env, argument));
	set_property(env, error, "detail", make_string(env, detail));
	napi_throw(env, error);
	return NULL;
}

napi_value throw_descriptor_error(napi_env env, const char *operation, int descriptor)
{
	int error_number = errno;
	char link[64], path[4096];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		length = snprintf(path, sizeof(path), "descriptor %d", descriptor);
	path[length] = '\0';
	return throw_system_error(env, operation, path, error_number, "");
}

void take_size_limit_for_error(void)
{
	signal(SIGXFSZ, SIG_IGN);
}

void register_functions(napi_env env, napi_value exports, const struct function_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		napi_value function = NULL;

		napi_create_function(env, entries[i].name, NAPI_AUTO_LENGTH, entries[i].function, NULL, &function);
		set_property(env, exports, entries[i].name, function);
	}
}
