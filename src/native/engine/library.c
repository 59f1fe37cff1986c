/*
 * libdevmapper, which brings three libraries with it, loaded at the first call of one of its functions: a call that ends before
 * any device is asked for does not pay for it. The addon's files are compiled as for Node, and find these in its place; one
 * that is missing here does not link. Versions are those that the linker would have bound (tools/library-versions.sh).
 */
#define _GNU_SOURCE
#include "library-versions.h"

#include <dlfcn.h>
#include <libdevmapper.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* _LOG_ERR of libdevmapper's log levels. */
#define LEVEL_ERROR 3

struct library {
	void (*dm_log_with_errno_init)(dm_log_with_errno_fn);
#define FUNCTION(result, name, parameters, arguments) result(*name) parameters;
#define PROCEDURE(name, parameters, arguments) void(*name) parameters;
#include "library-functions.h"
#undef FUNCTION
#undef PROCEDURE
};

static const struct {
	const char *name, *version;
	size_t place;
} functions[] = {
	{ "dm_log_with_errno_init", VERSION_OF_dm_log_with_errno_init, offsetof(struct library, dm_log_with_errno_init) },
#define FUNCTION(result, name, parameters, arguments) { #name, VERSION_OF_##name, offsetof(struct library, name) },
#define PROCEDURE(name, parameters, arguments) FUNCTION(void, name, parameters, arguments)
#include "library-functions.h"
#undef FUNCTION
#undef PROCEDURE
};

/* What packagers' tools read to know that the program needs it (the note of the UAPI group on dlopen in ELF files). */
static const struct {
	uint32_t owner_size, size, type;
	char owner[4];
	char text[sizeof(DLOPEN_NOTE)];
} note __attribute__((used, aligned(4), section(".note.dlopen"))) = {
	4, sizeof(DLOPEN_NOTE), 0x407c0c0a, "FDO", DLOPEN_NOTE
};

/* Whoever wants to know what libdevmapper has to say. */
static dm_log_with_errno_fn say;

/* Fills the whole page; false with dlerror's text. */
static bool find_functions(void *page)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; handle && i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *function = functions[i].version ? dlvsym(handle, functions[i].name, functions[i].version) :
							dlsym(handle, functions[i].name);

		if (!function)
			return false;
		memcpy((char *)page + functions[i].place, &function, sizeof(function));
	}
	return handle;
}

/* NULL, and said so, where there is none. The addresses can be written as little as those that the linker has bound. */
static const struct library *library(void)
{
	static const struct library *found;
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page;

	if (found)
		return found;
	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page != MAP_FAILED && find_functions(page) && mprotect(page, size, PROT_READ) == 0) {
		found = page;
		found->dm_log_with_errno_init(say);
	} else {
		const char *why = dlerror();

		say(LEVEL_ERROR, __FILE__, __LINE__, 0, "install libdevmapper 1.02 again (%s)",
		    why ? why : "no memory for " LIBRARY);
	}
	return found;
}

/* The addon calls it before all others. */
void dm_log_with_errno_init(dm_log_with_errno_fn function)
{
	say = function;
}

/* 0 and NULL are what each of them fails with. */
#define FUNCTION(result, name, parameters, arguments)                  \
	result name parameters                                         \
	{                                                              \
		const struct library *found = library();               \
                                                                       \
		return found ? found->name arguments : (result)0;      \
	}
#define PROCEDURE(name, parameters, arguments)                         \
	void name parameters                                           \
	{                                                              \
		const struct library *found = library();               \
                                                                       \
		if (found)                                             \
			found->name arguments;                         \
	}
#include "library-functions.h"
