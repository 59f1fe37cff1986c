#include "modules.h"

#include <string.h>

static JSValue read_module(JSContext *context, const struct module *module)
{
	return JS_ReadObject(context, module->bytecode, module->size, JS_READ_OBJ_BYTECODE);
}

JSModuleDef *load_module(JSContext *context, const char *name, void *opaque)
{
	(void)opaque;
	for (size_t i = 0; i < modules_count; i++) {
		JSModuleDef *definition;
		JSValue module;

		if (strcmp(modules[i].name, name) != 0)
			continue;
		module = read_module(context, &modules[i]);
		if (JS_IsException(module))
			return NULL;
		definition = JS_VALUE_GET_PTR(module);
		/* The context has it. */
		JS_FreeValue(context, module);
		return definition;
	}
	JS_ThrowReferenceError(context, "there is no module %s in this program", name);
	return NULL;
}

JSValue load_namespace(JSContext *context, const char *name)
{
	JSModuleDef *module = load_module(context, name, NULL);
	JSValue promise;

	if (!module || JS_ResolveModule(context, JS_MKPTR(JS_TAG_MODULE, module)) < 0)
		return JS_EXCEPTION;
	promise = JS_EvalFunction(context, JS_DupValue(context, JS_MKPTR(JS_TAG_MODULE, module)));
	if (JS_IsException(promise))
		return promise;
	if (JS_PromiseState(context, promise) != JS_PROMISE_FULFILLED)
		return JS_ThrowInternalError(context, "%s waits for something, or fails", name);
	JS_FreeValue(context, promise);
	return JS_GetModuleNamespace(context, module);
}

bool run_program(JSContext *context)
{
	JSRuntime *runtime = JS_GetRuntime(context);
	JSValue module = read_module(context, &modules[0]), promise;
	JSContext *of_job;
	bool done;

	if (JS_IsException(module) || JS_ResolveModule(context, module) < 0)
		return false;
	promise = JS_EvalFunction(context, module);
	if (JS_IsException(promise))
		return false;
	for (;;) {
		int ran = JS_ExecutePendingJob(runtime, &of_job);

		if (ran < 0)
			return false;
		if (ran == 0)
			break;
	}
	done = JS_PromiseState(context, promise) == JS_PROMISE_FULFILLED;
	if (JS_PromiseState(context, promise) == JS_PROMISE_REJECTED)
		JS_Throw(context, JS_PromiseResult(context, promise));
	JS_FreeValue(context, promise);
	if (!done && !JS_HasException(context))
		JS_ThrowInternalError(context, "something is waited for that never comes");
	return done;
}
