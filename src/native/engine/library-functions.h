/*
 * What the addon calls of libdevmapper, besides dm_log_with_errno_init: FUNCTION(RESULT, NAME, (PARAMETERS), (ARGUMENTS)), and
 * PROCEDURE where there is no result. Included wherever something is to be said for each of them.
 */
FUNCTION(struct dm_task *, dm_task_create, (int type), (type))
FUNCTION(int, dm_task_set_name, (struct dm_task * task, const char *name), (task, name))
FUNCTION(int, dm_task_add_target,
	 (struct dm_task * task, uint64_t start, uint64_t size, const char *type, const char *parameters),
	 (task, start, size, type, parameters))
FUNCTION(int, dm_task_skip_lockfs, (struct dm_task * task), (task))
FUNCTION(int, dm_task_set_cookie, (struct dm_task * task, uint32_t *cookie, uint16_t flags), (task, cookie, flags))
FUNCTION(int, dm_task_run, (struct dm_task * task), (task))
FUNCTION(int, dm_task_get_errno, (struct dm_task * task), (task))
FUNCTION(int, dm_task_get_info, (struct dm_task * task, struct dm_info *state), (task, state))
FUNCTION(struct dm_names *, dm_task_get_names, (struct dm_task * task), (task))
FUNCTION(struct dm_versions *, dm_task_get_versions, (struct dm_task * task), (task))
FUNCTION(void *, dm_get_next_target,
	 (struct dm_task * task, void *next, uint64_t *start, uint64_t *length, char **type, char **parameters),
	 (task, next, start, length, type, parameters))
FUNCTION(int, dm_get_library_version, (char *version, size_t size), (version, size))
FUNCTION(int, dm_driver_version, (char *version, size_t size), (version, size))
FUNCTION(int, dm_set_name_mangling_mode, (dm_string_mangling_t mode), (mode))
FUNCTION(int, dm_udev_create_cookie, (uint32_t * cookie), (cookie))
FUNCTION(int, dm_udev_wait, (uint32_t cookie), (cookie))
FUNCTION(int, dm_udev_wait_immediate, (uint32_t cookie, int *ready), (cookie, ready))
PROCEDURE(dm_task_destroy, (struct dm_task * task), (task))
PROCEDURE(dm_task_update_nodes, (void), ())
PROCEDURE(dm_udev_set_sync_support, (int on), (on))
