/* The program's modules, as the build has compiled them. */
#ifndef ENGINE_MODULES_H
#define ENGINE_MODULES_H

#include <quickjs.h>
#include <stddef.h>
#include <stdint.h>

struct module {
	const char *name;
	const uint8_t *bytecode;
	size_t size;
};

/* Written by compile.c; the first is where the program begins. */
extern const struct module modules[];
extern const size_t modules_count;

/* What a module of the program exports, once it has run. */
JSValue load_namespace(JSContext *context, const char *name);

/* Loads what a module imports: one of the program's own, and nothing else. */
JSModuleDef *load_module(JSContext *context, const char *name, void *opaque);

/* Runs the first module, and all that it waits for. False with the exception pending. */
bool run_program(JSContext *context);

#endif
