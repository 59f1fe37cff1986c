/*
 * The kernel, as JavaScript functions: device-mapper by libdevmapper, loop devices, locks on files, unix sockets.
 * No policy lives here: each function does one thing to the kernel and throws what the kernel said.
 */
#include "values.h"

NAPI_MODULE_INIT()
{
	take_size_limit_for_error();
	register_device_mapper(env, exports);
	register_device_states(env, exports);
	register_udev(env, exports);
	register_loop(env, exports);
	register_loop_changes(env, exports);
	register_answers(env, exports);
	register_block_answers(env, exports);
	register_mounts(env, exports);
	register_files(env, exports);
	register_descriptors(env, exports);
	register_locks(env, exports);
	register_sparse(env, exports);
	register_clones(env, exports);
	register_room(env, exports);
	register_sharing(env, exports);
	register_copies(env, exports);
	register_input(env, exports);
	register_links(env, exports);
	register_attributes(env, exports);
	register_attribute_writes(env, exports);
	register_signals(env, exports);
	register_sockets(env, exports);
	register_writing(env, exports);
	register_checksum(env, exports);
	return exports;
}
