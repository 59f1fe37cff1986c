/* Node-API: values made. */
#include "text.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

napi_status napi_get_undefined(napi_env env, napi_value *result)
{
	return give_value(env, JS_UNDEFINED, result);
}

napi_status napi_get_null(napi_env env, napi_value *result)
{
	return give_value(env, JS_NULL, result);
}

napi_status napi_get_boolean(napi_env env, bool value, napi_value *result)
{
	return give_value(env, JS_NewBool(env->context, value), result);
}

napi_status napi_create_double(napi_env env, double value, napi_value *result)
{
	return give_value(env, JS_NewNumber(env->context, value), result);
}

napi_status napi_create_bigint_uint64(napi_env env, uint64_t value, napi_value *result)
{
	return give_value(env, JS_NewBigUint64(env->context, value), result);
}

napi_status napi_create_string_utf8(napi_env env, const char *text, size_t length, napi_value *result)
{
	if (length == NAPI_AUTO_LENGTH)
		length = strlen(text);
	return give_value(env, text_from_utf8(env->context, text, length), result);
}

napi_status napi_create_object(napi_env env, napi_value *result)
{
	return give_value(env, JS_NewObject(env->context), result);
}

napi_status napi_create_array(napi_env env, napi_value *result)
{
	return give_value(env, JS_NewArray(env->context), result);
}

/* The length is room for what follows, which an array of this engine makes by itself. */
napi_status napi_create_array_with_length(napi_env env, size_t length, napi_value *result)
{
	(void)length;
	return napi_create_array(env, result);
}

napi_status napi_create_arraybuffer(napi_env env, size_t length, void **data, napi_value *result)
{
	uint8_t *zeros = calloc(1, length > 0 ? length : 1);
	napi_status status;

	*result = NULL;
	if (!zeros) {
		JS_ThrowOutOfMemory(env->context);
		return napi_pending_exception;
	}
	status = give_value(env, JS_NewArrayBufferCopy(env->context, zeros, length), result);
	free(zeros);
	if (status == napi_ok)
		*data = JS_GetArrayBuffer(env->context, &length, (*result)->value);
	return status;
}

/* A Buffer is an array of bytes to whoever has no Node. */
napi_status napi_create_buffer_copy(napi_env env, size_t length, const void *data, void **copy, napi_value *result)
{
	napi_status status = give_value(env, JS_NewUint8ArrayCopy(env->context, data, length), result);
	size_t size;

	if (status == napi_ok && copy)
		*copy = JS_GetUint8Array(env->context, &size, (*result)->value);
	return status;
}

napi_status napi_set_element(napi_env env, napi_value object, uint32_t index, napi_value value)
{
	if (!object || !value)
		return napi_invalid_arg;
	if (JS_SetPropertyUint32(env->context, object->value, index, JS_DupValue(env->context, value->value)) < 0)
		return napi_pending_exception;
	return napi_ok;
}

napi_status napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value)
{
	if (!object || !value)
		return napi_invalid_arg;
	if (JS_SetPropertyStr(env->context, object->value, name, JS_DupValue(env->context, value->value)) < 0)
		return napi_pending_exception;
	return napi_ok;
}
