/* tools/bundle.mjs says which functions are loaded later, and why. */
#include "later.h"
#include "modules.h"

#include <stdio.h>
#include <string.h>

#define MOST_GROUPS 16

/* The namespaces of those that are there, by the numbers that their functions carry. */
static struct {
	char module[64];
	JSValue namespace;
	bool loaded;
} groups[MOST_GROUPS];
static int known;

static bool load(JSContext *context, int group)
{
	if (!groups[group].loaded) {
		groups[group].namespace = load_namespace(context, groups[group].module);
		groups[group].loaded = !JS_IsException(groups[group].namespace);
	}
	return groups[group].loaded;
}

static JSValue call(JSContext *context, JSValueConst this, int count, JSValueConst *arguments, int group, JSValue *data)
{
	JSAtom name;
	JSValue function, result;

	if (!load(context, group))
		return JS_EXCEPTION;
	name = JS_ValueToAtom(context, data[0]);
	function = JS_GetProperty(context, groups[group].namespace, name);
	JS_FreeAtom(context, name);
	if (JS_IsException(function))
		return function;
	result = JS_Call(context, function, this, count, arguments);
	JS_FreeValue(context, function);
	return result;
}

JSValue later(JSContext *context, JSValueConst this, int count, JSValueConst *arguments)
{
	const char *name = JS_ToCString(context, arguments[0]);
	char module[sizeof(groups[0].module)];
	int group = 0;

	(void)this;
	(void)count;
	if (!name)
		return JS_EXCEPTION;
	snprintf(module, sizeof(module), "group:%s.js", name);
	JS_FreeCString(context, name);
	while (group < known && strcmp(groups[group].module, module) != 0)
		group++;
	if (group == MOST_GROUPS)
		return JS_ThrowInternalError(context, "no room for the group %s", module);
	if (group == known)
		strcpy(groups[known++].module, module);
	return JS_NewCFunctionData(context, call, 0, group, 1, &arguments[1]);
}
