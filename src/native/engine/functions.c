/* Node-API: functions of the addon called, and what they throw. */
#include "values.h"

#define MOST_FUNCTIONS 256

static napi_callback functions[MOST_FUNCTIONS];
static int known;

/* A function of the addon is called: everything that it was given or has made is given back when it returns. */
static JSValue call(JSContext *context, JSValueConst this, int count, JSValueConst *arguments, int number)
{
	struct napi_env__ env = { .context = context };
	struct napi_callback_info__ info = { .given = count, .arguments = arguments };
	size_t before = slots_in_use();
	napi_value made = functions[number](&env, &info);
	JSValue result;

	(void)this;
	if (JS_HasException(context))
		result = JS_EXCEPTION;
	else if (made)
		result = JS_DupValue(context, made->value);
	else
		result = JS_UNDEFINED;
	give_slots_back(&env, before);
	return result;
}

napi_status napi_create_function(napi_env env, const char *name, size_t length, napi_callback function, void *data,
				 napi_value *result)
{
	if (known == MOST_FUNCTIONS || length != NAPI_AUTO_LENGTH || data) {
		JS_ThrowInternalError(env->context, "no room for the function %s", name);
		return napi_generic_failure;
	}
	functions[known] = function;
	return give_value(env, JS_NewCFunctionMagic(env->context, call, name, 0, JS_CFUNC_generic_magic, known++), result);
}

/* What was not given is undefined. */
napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *count, napi_value *arguments,
			     napi_value *this, void **data)
{
	size_t wanted = *count;

	(void)this;
	(void)data;
	*count = (size_t)info->given;
	for (size_t i = 0; i < wanted; i++) {
		JSValueConst argument = i < *count ? info->arguments[i] : JS_UNDEFINED;
		napi_status status = give_value(env, JS_DupValue(env->context, argument), &arguments[i]);

		if (status != napi_ok)
			return status;
	}
	return napi_ok;
}

napi_status napi_create_error(napi_env env, napi_value code, napi_value message, napi_value *result)
{
	JSContext *context = env->context;

	if (!message)
		return napi_invalid_arg;
	if (give_value(env, JS_NewError(context), result) != napi_ok)
		return napi_pending_exception;
	if (JS_DefinePropertyValueStr(context, (*result)->value, "message", JS_DupValue(context, message->value),
				      JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE) < 0)
		return napi_pending_exception;
	return code ? napi_set_named_property(env, *result, "code", code) : napi_ok;
}

napi_status napi_throw(napi_env env, napi_value error)
{
	/* The first one stays; one that could not be made has left another: that there is no memory. */
	if (!error || JS_HasException(env->context))
		return napi_pending_exception;
	JS_Throw(env->context, JS_DupValue(env->context, error->value));
	return napi_ok;
}

napi_status napi_throw_type_error(napi_env env, const char *code, const char *message)
{
	(void)code;
	if (JS_HasException(env->context))
		return napi_pending_exception;
	JS_ThrowTypeError(env->context, "%s", message);
	return napi_ok;
}
