/* What calls.ts needs of the engine besides the host face, for the program that runs it there: a global object, MEMORY_HOST. */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* host.c's own, by the name that it is compiled under here. */
bool add_program_host(JSContext *context, int count, char **parameters);

/* gcc's package lacks sanitizer/allocator_interface.h, which declares it. */
size_t __sanitizer_get_current_allocated_bytes(void);

/* What malloc has given and nobody has freed. */
static JSValue allocated_bytes(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	(void)this;
	(void)count;
	(void)arguments;
	return JS_NewFloat64(context, (double)__sanitizer_get_current_allocated_bytes());
}

static JSValue collect(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	(void)this;
	(void)count;
	(void)arguments;
	JS_RunGC(JS_GetRuntime(context));
	return JS_UNDEFINED;
}

static JSValue detach(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	(void)this;
	(void)count;
	JS_DetachArrayBuffer(context, arguments[0]);
	return JS_UNDEFINED;
}

/* writeAt(descriptor, text): at its beginning. */
static JSValue write_at(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	const char *text = JS_ToCString(context, arguments[1]);
	int32_t descriptor = -1;
	ssize_t written;

	(void)this;
	(void)count;
	if (!text || JS_ToInt32(context, &descriptor, arguments[0]) < 0)
		return JS_EXCEPTION;
	written = pwrite(descriptor, text, strlen(text), 0);
	JS_FreeCString(context, text);
	return written < 0 ? JS_ThrowInternalError(context, "pwrite: %s", strerror(errno)) : JS_UNDEFINED;
}

/* run(command): by the shell; it has to succeed. */
static JSValue run(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	const char *command = JS_ToCString(context, arguments[0]);
	int status;

	(void)this;
	(void)count;
	if (!command)
		return JS_EXCEPTION;
	status = system(command);
	JS_FreeCString(context, command);
	return status ? JS_ThrowInternalError(context, "the command ended with %d", status) : JS_UNDEFINED;
}

bool add_host(JSContext *context, int count, char **parameters)
{
	JSValue host = JS_NewObject(context), global = JS_GetGlobalObject(context);

	JS_SetPropertyStr(context, host, "allocatedBytes",
			  JS_NewCFunction(context, allocated_bytes, "allocatedBytes", 0));
	JS_SetPropertyStr(context, host, "collect", JS_NewCFunction(context, collect, "collect", 0));
	JS_SetPropertyStr(context, host, "detach", JS_NewCFunction(context, detach, "detach", 1));
	JS_SetPropertyStr(context, host, "writeAt", JS_NewCFunction(context, write_at, "writeAt", 2));
	JS_SetPropertyStr(context, host, "run", JS_NewCFunction(context, run, "run", 1));
	JS_SetPropertyStr(context, global, "MEMORY_HOST", host);
	JS_FreeValue(context, global);
	/* The program itself has none of these; what its addon is given here may be one. */
	JS_AddIntrinsicProxy(context);
	return add_program_host(context, count, parameters);
}
