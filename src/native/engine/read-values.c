/* Node-API: values read. Of another type than what is asked for, they leave no exception: the caller says what it wanted. */
#include "text.h"
#include "values.h"

#include <string.h>

napi_status napi_typeof(napi_env env, napi_value value, napi_valuetype *result)
{
	JSValue given;

	if (!value)
		return napi_invalid_arg;
	given = value->value;
	*result = JS_IsUndefined(given)		       ? napi_undefined :
		  JS_IsNull(given)		       ? napi_null :
		  JS_IsBool(given)		       ? napi_boolean :
		  JS_IsNumber(given)		       ? napi_number :
		  JS_IsString(given)		       ? napi_string :
		  JS_IsSymbol(given)		       ? napi_symbol :
		  JS_IsBigInt(given)		       ? napi_bigint :
		  JS_IsFunction(env->context, given) ? napi_function :
							 napi_object;
	return napi_ok;
}

napi_status napi_get_value_double(napi_env env, napi_value value, double *result)
{
	if (!value || !JS_IsNumber(value->value))
		return napi_number_expected;
	return JS_ToFloat64(env->context, result, value->value) == 0 ? napi_ok : napi_pending_exception;
}

/* Without a buffer the length alone; with one as many whole characters as fit, and a NUL. */
napi_status napi_get_value_string_utf8(napi_env env, napi_value value, char *buffer, size_t size, size_t *result)
{
	const char *text;
	size_t length;

	if (!value || !JS_IsString(value->value))
		return napi_string_expected;
	text = JS_ToCStringLen(env->context, &length, value->value);
	if (!text)
		return napi_pending_exception;
	if (buffer && size > 0) {
		if (length >= size)
			length = whole_characters(text, size - 1);
		copy_as_utf8(buffer, text, length);
		buffer[length] = '\0';
	}
	if (result)
		*result = length;
	JS_FreeCString(env->context, text);
	return napi_ok;
}

napi_status napi_get_buffer_info(napi_env env, napi_value value, void **data, size_t *length)
{
	if (!value || JS_GetTypedArrayType(value->value) != JS_TYPED_ARRAY_UINT8)
		return napi_invalid_arg;
	*data = JS_GetUint8Array(env->context, length, value->value);
	/* Of memory that was given away there are none, as Node has it: the engine throws besides. */
	if (!*data)
		JS_FreeValue(env->context, JS_GetException(env->context));
	return napi_ok;
}

napi_status napi_get_array_length(napi_env env, napi_value value, uint32_t *result)
{
	int64_t length;

	if (!value || !JS_IsArray(value->value))
		return napi_array_expected;
	if (JS_GetLength(env->context, value->value, &length) < 0)
		return napi_pending_exception;
	*result = (uint32_t)length;
	return napi_ok;
}

napi_status napi_get_element(napi_env env, napi_value object, uint32_t index, napi_value *result)
{
	if (!object || !JS_IsObject(object->value))
		return napi_object_expected;
	return give_value(env, JS_GetPropertyUint32(env->context, object->value, index), result);
}

napi_status napi_get_named_property(napi_env env, napi_value object, const char *name, napi_value *result)
{
	if (!object || !JS_IsObject(object->value))
		return napi_object_expected;
	return give_value(env, JS_GetPropertyStr(env->context, object->value, name), result);
}
