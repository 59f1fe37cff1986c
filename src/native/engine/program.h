/* What one of the small programs has that the others have not. Defined in src/native/programs, a file for each. */
#ifndef ENGINE_PROGRAM_H
#define ENGINE_PROGRAM_H

#include <quickjs.h>
#include <stdbool.h>
#include <stddef.h>

struct program {
	/* Named in lines about what only a mistake of ours, or the end of the memory, can bring. */
	const char *name;
	/* Bytes of calls one inside the other. */
	size_t largest_stack;
	/* Whether it makes functions out of text. */
	bool makes_code;
	/* Adds what it needs of the language besides; not 0 where that cannot be done. NULL for nothing. */
	int (*add_intrinsics)(JSContext *context);
};

extern const struct program program;

#endif
