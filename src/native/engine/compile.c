/* Part of the build: compiles modules to bytecode, as a C file. compile NAME... : written to standard output. */
#include <quickjs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "compile: %s %s\n", what, name);
	exit(EXIT_FAILURE);
}

static char *read_file(const char *name, size_t *size)
{
	FILE *file = fopen(name, "rb");
	char *text;
	long length;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0)
		fail("cannot read", name);
	text = malloc((size_t)length + 1);
	if (!text || fread(text, 1, (size_t)length, file) != (size_t)length)
		fail("cannot read", name);
	fclose(file);
	text[length] = '\0';
	*size = (size_t)length;
	return text;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What a module imports is looked for when the program runs: here there only has to be something of that name. */
static int never_run(JSContext *context, JSModuleDef *module)
{
	(void)context;
	(void)module;
	return -1;
}

static JSModuleDef *stand_in(JSContext *context, const char *name, void *opaque)
{
	(void)opaque;
	return JS_NewCModule(context, name, never_run);
}

static void compile(const char *path, int number)
{
	JSRuntime *runtime = JS_NewRuntime();
	JSContext *context = JS_NewContext(runtime);
	size_t length, size;
	char *text = read_file(path, &length);
	uint8_t *bytecode;
	JSValue module;

	JS_SetModuleLoaderFunc(runtime, NULL, stand_in, NULL);
	module = JS_Eval(context, text, length, last_part(path), JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
	if (JS_IsException(module))
		fail(JS_ToCString(context, JS_GetException(context)), path);
	/* Where a module loads others, and under which name they are found, is told by the debug information. */
	bytecode = JS_WriteObject(context, &size, module, JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE |
					  (strstr(text, "import(") ? 0 : JS_WRITE_OBJ_STRIP_DEBUG));
	if (!bytecode)
		fail("cannot write the bytecode of", path);
	printf("static const uint8_t bytecode_%d[] = {", number);
	for (size_t i = 0; i < size; i++)
		printf("%s%u,", i % 24 == 0 ? "\n" : "", bytecode[i]);
	printf("\n};\n\n");
}

int main(int count, char **paths)
{
	if (count < 2)
		fail("usage: compile", "MODULE...");
	printf("/* Written by src/native/engine/compile.c. */\n#include \"modules.h\"\n\n");
	for (int i = 1; i < count; i++)
		compile(paths[i], i);
	printf("const struct module modules[] = {\n");
	for (int i = 1; i < count; i++)
		printf("\t{ \"%s\", bytecode_%d, sizeof(bytecode_%d) },\n", last_part(paths[i]), i, i);
	printf("};\n\nconst size_t modules_count = %d;\n", count - 1);
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
