/* Passing values between JavaScript and C: the arguments in, the results and the errors out. */
#ifndef VALUES_H
#define VALUES_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Every function of the addon is one of these: `arguments` holds exactly as many values as were asked for. */
#define MAX_ARGUMENTS 6

/* Fetches the arguments; false (with an exception pending) when fewer than `count` were given. */
bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments);

/*
 * Each get_ function: false, with an exception pending, when the value is of another type. A string that is too long for
 * the buffer is ENAMETOOLONG, one with a NUL in it EINVAL, as the kernel would say of it; a number has to be a whole one,
 * and a descriptor that is negative is EBADF: poll would wait for it (man 2 poll).
 */
bool get_string(napi_env env, napi_value value, char *buffer, size_t size);
bool get_descriptor(napi_env env, napi_value value, int32_t *result);
bool get_uint16(napi_env env, napi_value value, uint16_t *result);
bool get_uint32(napi_env env, napi_value value, uint32_t *result);
bool get_uint64(napi_env env, napi_value value, uint64_t *result);

/* A string however long it is, to be freed; NULL with an exception pending. */
char *get_text(napi_env env, napi_value value, size_t *length);

/* Throws that an argument is not what it has to be: a mistake of the caller. False, for returning. */
bool throw_wrong_type(napi_env env, const char *wanted);

napi_value make_undefined(napi_env env);
napi_value make_null(napi_env env);
napi_value make_boolean(napi_env env, bool value);
napi_value make_number(napi_env env, double value);
napi_value make_bigint(napi_env env, uint64_t value);
napi_value make_string(napi_env env, const char *text);

/* A property of a result object; the object is returned for chaining into an expression. */
void set_property(napi_env env, napi_value object, const char *name, napi_value value);

/* Throws an Error with the fields operation, argument, code (the name of the errno) and detail (may be ""). */
napi_value throw_system_error(napi_env env, const char *operation, const char *argument, int error_number,
			      const char *detail);

/* The same for a call on a descriptor: errno as it stands, and the path that is open there as the argument. */
napi_value throw_descriptor_error(napi_env env, const char *operation, int descriptor);

/* A limit on the size of files (ulimit -f) is an error like others, not the end with half of the devices made. */
void take_size_limit_for_error(void);

struct function_entry {
	const char *name;
	napi_callback function;
};

void register_functions(napi_env env, napi_value exports, const struct function_entry *entries, size_t count);

void register_device_mapper(napi_env env, napi_value exports);
void register_device_states(napi_env env, napi_value exports);
void register_udev(napi_env env, napi_value exports);
void register_loop(napi_env env, napi_value exports);
void register_loop_changes(napi_env env, napi_value exports);
void register_answers(napi_env env, napi_value exports);
void register_block_answers(napi_env env, napi_value exports);
void register_mounts(napi_env env, napi_value exports);
void register_files(napi_env env, napi_value exports);
void register_descriptors(napi_env env, napi_value exports);
void register_locks(napi_env env, napi_value exports);
void register_sparse(napi_env env, napi_value exports);
void register_clones(napi_env env, napi_value exports);
void register_room(napi_env env, napi_value exports);
void register_sharing(napi_env env, napi_value exports);
void register_copies(napi_env env, napi_value exports);
void register_input(napi_env env, napi_value exports);
void register_links(napi_env env, napi_value exports);
void register_attributes(napi_env env, napi_value exports);
void register_attribute_writes(napi_env env, napi_value exports);
void register_signals(napi_env env, napi_value exports);
void register_sockets(napi_env env, napi_value exports);
void register_writing(napi_env env, napi_value exports);
void register_checksum(napi_env env, napi_value exports);

#endif
