/*
 * Included before anything else of the addon that is built for test-memory. The runtime is built without sanitizers: what it is
 * given to read or to write is looked at here, before it gets it.
 */
#ifndef CHECKED_H
#define CHECKED_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <sanitizer/asan_interface.h>
#include <string.h>

/* Ends the program, with the sanitizer's report, where one of the bytes is nobody's. */
static inline void touch(const void *bytes, size_t length)
{
	const volatile char *bad = __asan_region_is_poisoned((void *)bytes, length);

	if (bad)
		(void)*bad;
}

static inline napi_status checked_get_value_string_utf8(napi_env env, napi_value value, char *buffer, size_t size,
							size_t *length)
{
	if (buffer)
		touch(buffer, size);
	return napi_get_value_string_utf8(env, value, buffer, size, length);
}

static inline napi_status checked_create_string_utf8(napi_env env, const char *text, size_t length, napi_value *result)
{
	touch(text, length == NAPI_AUTO_LENGTH ? strlen(text) + 1 : length);
	return napi_create_string_utf8(env, text, length, result);
}

static inline napi_status checked_create_buffer_copy(napi_env env, size_t length, const void *bytes, void **copy,
						     napi_value *result)
{
	touch(bytes, length);
	return napi_create_buffer_copy(env, length, bytes, copy, result);
}

#define napi_get_value_string_utf8 checked_get_value_string_utf8
#define napi_create_string_utf8 checked_create_string_utf8
#define napi_create_buffer_copy checked_create_buffer_copy

#endif
