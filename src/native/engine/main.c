/* A small program: the engine, the addon, and the bytecode of our modules, in one file. */
#include "host.h"
#include "modules.h"
#include "program.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* The XML of a domain, of which LONGEST_XML bytes are read, is what takes most. */
#define MOST_MEMORY (1UL << 30)

/* A cycle is only looked for when it matters: most calls end before there are so many bytes. */
#define FIRST_COLLECTION (64UL << 20)

/*
 * Where one of the first three descriptors is closed, the next file that is opened would get its number, and a line of ours
 * would be written into somebody's disk.
 */
static void occupy_standard_descriptors(void)
{
	for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
		if (fcntl(descriptor, F_GETFD) < 0 &&
		    open("/dev/null", O_RDWR) != descriptor)
			_exit(1);
}

/* All that a call takes, asked for at once: pages that nothing touches cost nothing. */
#define FIRST_HEAP (1 << 20)

static size_t stack_size(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur / 2 > program.largest_stack)
		return program.largest_stack;
	return limit.rlim_cur / 2;
}

/* What the language has, less what makes code out of text (where the program does not), and what nothing here uses. */
static JSContext *make_context(JSRuntime *runtime)
{
	static const char *const makers_of_code[] = { "eval", "Function" };
	size_t unwanted = program.makes_code ? 1 : 2;
	JSContext *context = JS_NewContextRaw(runtime);
	JSValue global;

	if (!context || JS_AddIntrinsicBaseObjects(context) || JS_AddIntrinsicDate(context) ||
	    JS_AddIntrinsicRegExp(context) || JS_AddIntrinsicJSON(context) || JS_AddIntrinsicMapSet(context) ||
	    JS_AddIntrinsicTypedArrays(context) || JS_AddIntrinsicPromise(context))
		return NULL;
	JS_AddIntrinsicRegExpCompiler(context);
	if (program.add_intrinsics && program.add_intrinsics(context))
		return NULL;
	/* They could only say that they are not supported; by whichever way they are reached, they still do. */
	global = JS_GetGlobalObject(context);
	for (size_t i = 0; i < unwanted; i++) {
		JSAtom name = JS_NewAtom(context, makers_of_code[i]);

		JS_DeleteProperty(context, global, name, 0);
		JS_FreeAtom(context, name);
	}
	JS_FreeValue(context, global);
	return context;
}

/* An error that nothing of ours has caught: a mistake in the program, or the end of the memory. */
static int report(JSContext *context)
{
	JSValue error = JS_GetException(context);
	const char *text = JS_ToCString(context, error);
	char line[1024];

	snprintf(line, sizeof(line), "%s: internal error: %s", program.name, text ? text : "out of memory");
	write_line(line);
	return EXIT_FAILURE;
}

int main(int count, char **parameters)
{
	JSRuntime *runtime;
	JSContext *context;

	occupy_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	mallopt(M_TOP_PAD, FIRST_HEAP);
	runtime = JS_NewRuntime();
	context = runtime ? make_context(runtime) : NULL;
	if (!context) {
		write_line("internal error: out of memory");
		return EXIT_FAILURE;
	}
	JS_SetMemoryLimit(runtime, MOST_MEMORY);
	JS_SetMaxStackSize(runtime, stack_size());
	JS_SetGCThreshold(runtime, FIRST_COLLECTION);
	JS_SetModuleLoaderFunc(runtime, NULL, load_module, NULL);
	if (!add_host(context, count, parameters) || !run_program(context))
		return report(context);
	/* Nothing is given back: the process ends here, which does it at once. */
	return exit_status();
}
