/* The renderer: templates become code, and it touches no device. */
#include "../addon/values.h"
#include "program.h"

/* Of the addon what files and sockets need: nothing of libdevmapper is linked in. */
NAPI_MODULE_INIT()
{
	take_size_limit_for_error();
	register_files(env, exports);
	register_descriptors(env, exports);
	register_input(env, exports);
	register_links(env, exports);
	register_sockets(env, exports);
	register_writing(env, exports);
	register_checksum(env, exports);
	return exports;
}

static int add_intrinsics(JSContext *context)
{
	return JS_AddIntrinsicEval(context) || JS_AddIntrinsicBigInt(context) || JS_AddIntrinsicWeakRef(context);
}

const struct program program = {
	.name = "domain-xml",
	/* As deep as a template's expressions are parsed by what the larger program runs on. */
	.largest_stack = 4UL << 20,
	.makes_code = true,
	.add_intrinsics = add_intrinsics,
};
