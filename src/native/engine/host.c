#define _GNU_SOURCE
#include "host.h"
#include "hand-over.h"
#include "later.h"
#include "text.h"
#include "values.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The addon, linked in. */
napi_value NAPI_MODULE_INITIALIZER(napi_env env, napi_value exports);

static char **given;
static struct timespec started;
static int status;

int exit_status(void)
{
	return status;
}

const char *engine_version(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "quickjs-ng %s", JS_GetVersion());
	return text;
}

void write_line(const char *text)
{
	char line[2048];
	size_t length = 0;

	for (; *text && length < sizeof(line) - 1; text++)
		line[length++] = (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text;
	line[length++] = '\n';
	if (write(STDERR_FILENO, line, length) < 0)
		/* There is nobody to tell. */
		return;
}

static JSValue environment(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	const char *name = JS_ToCString(context, arguments[0]), *value;

	(void)this;
	(void)count;
	if (!name)
		return JS_EXCEPTION;
	value = getenv(name);
	JS_FreeCString(context, name);
	return value ? text_from_utf8(context, value, strlen(value)) : JS_UNDEFINED;
}

static JSValue current_folder(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	char path[PATH_MAX];

	(void)this;
	(void)count;
	(void)arguments;
	if (!getcwd(path, sizeof(path)))
		return JS_ThrowInternalError(context, "the current folder is gone");
	return text_from_utf8(context, path, strlen(path));
}

static JSValue elapsed(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	struct timespec now;

	(void)this;
	(void)count;
	(void)arguments;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return JS_NewFloat64(context, (double)(now.tv_sec - started.tv_sec) * 1e3 +
					      (double)(now.tv_nsec - started.tv_nsec) / 1e6);
}

static JSValue set_exit_status(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	(void)this;
	(void)count;
	return JS_ToInt32(context, &status, arguments[0]) < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

static JSValue bytes_of(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	size_t length;
	const char *text = JS_ToCStringLen(context, &length, arguments[0]);
	JSValue bytes;

	(void)this;
	(void)count;
	if (!text)
		return JS_EXCEPTION;
	bytes = JS_NewUint8ArrayCopy(context, (const uint8_t *)text, length);
	if (!JS_IsException(bytes))
		copy_as_utf8((char *)JS_GetUint8Array(context, &length, bytes), text, length);
	JS_FreeCString(context, text);
	return bytes;
}

static JSValue text_of(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	size_t length = 0;
	const uint8_t *bytes = JS_GetUint8Array(context, &length, arguments[0]);

	(void)this;
	(void)count;
	if (!bytes && JS_HasException(context))
		return JS_EXCEPTION;
	return text_from_utf8(context, (const char *)bytes, length);
}

static JSValue write_last_line(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	const char *text = JS_ToCString(context, arguments[0]);

	(void)this;
	(void)count;
	if (!text)
		return JS_EXCEPTION;
	write_line(text);
	JS_FreeCString(context, text);
	return JS_UNDEFINED;
}

static JSValue load_addon(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	struct napi_env__ env = { .context = context };
	size_t before = slots_in_use();
	napi_value exports = keep_value(&env, JS_NewObject(context));
	JSValue result = JS_EXCEPTION;

	(void)this;
	(void)count;
	(void)arguments;
	if (exports && NAPI_MODULE_INITIALIZER(&env, exports) && !JS_HasException(context))
		result = JS_DupValue(context, exports->value);
	give_slots_back(&env, before);
	return result;
}

/* Comes back only with what cannot be run, and why. */
static JSValue hand_over_to_larger(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	char path[PATH_MAX];
	JSValue failure;

	(void)this;
	if (count > 0 && !JS_IsUndefined(arguments[0])) {
		const char *name = JS_ToCString(context, arguments[0]);

		if (!name)
			return JS_EXCEPTION;
		hand_over(name, given, path, sizeof(path));
		JS_FreeCString(context, name);
	} else {
		hand_over(NULL, given, path, sizeof(path));
	}
	failure = JS_NewObject(context);
	JS_SetPropertyStr(context, failure, "code", JS_NewString(context, strerrorname_np(errno)));
	JS_SetPropertyStr(context, failure, "path", text_from_utf8(context, path, strlen(path)));
	return failure;
}

static JSValue list_of(JSContext *context, int count, char **texts)
{
	JSValue list = JS_NewArray(context);

	for (int i = 0; i < count; i++)
		if (JS_SetPropertyUint32(context, list, (uint32_t)i, text_from_utf8(context, texts[i], strlen(texts[i]))) < 0)
			break;
	return list;
}

bool add_host(JSContext *context, int count, char **parameters)
{
	static const struct {
		const char *name;
		JSCFunction *function;
		int arguments;
	} functions[] = {
		{ "environment", environment, 1 },
		{ "currentFolder", current_folder, 0 },
		{ "elapsed", elapsed, 0 },
		{ "setExitStatus", set_exit_status, 1 },
		{ "bytesOf", bytes_of, 1 },
		{ "textOf", text_of, 1 },
		{ "writeLastLine", write_last_line, 1 },
		{ "loadAddon", load_addon, 0 },
		{ "handOver", hand_over_to_larger, 1 },
		{ "later", later, 2 },
	};
	const char *name = count > 0 ? parameters[0] : "";
	JSValue host = JS_NewObject(context), global;

	clock_gettime(CLOCK_MONOTONIC, &started);
	given = parameters;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		JS_SetPropertyStr(context, host, functions[i].name,
				  JS_NewCFunction(context, functions[i].function, functions[i].name, functions[i].arguments));
	JS_SetPropertyStr(context, host, "calledBy", text_from_utf8(context, name, strlen(name)));
	JS_SetPropertyStr(context, host, "parameters", list_of(context, count > 0 ? count - 1 : 0, parameters + 1));
	JS_SetPropertyStr(context, host, "processId", JS_NewInt32(context, getpid()));
	JS_SetPropertyStr(context, host, "effectiveUser", JS_NewUint32(context, geteuid()));
	JS_SetPropertyStr(context, host, "runtime", JS_NewString(context, engine_version()));
	global = JS_GetGlobalObject(context);
	JS_SetPropertyStr(context, global, "ENGINE_HOST", host);
	JS_FreeValue(context, global);
	return !JS_HasException(context);
}
