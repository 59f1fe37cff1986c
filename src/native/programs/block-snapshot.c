/* The program that runs the hot path: it makes no code out of text, and its addon is all of src/native/addon. */
#include "program.h"

const struct program program = {
	.name = "block-snapshot",
	/* Parsers of XML are what goes deepest. */
	.largest_stack = 1UL << 20,
};
