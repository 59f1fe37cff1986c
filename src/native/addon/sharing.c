/* What files share on their filesystem: where their bytes lie (FIEMAP), which blocks are alike, and sharing those (FIDEDUPERANGE). */
#define _GNU_SOURCE
#include "reading.h"
#include "values.h"

#include <errno.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Extents that are asked for at once. */
#define EXTENTS 256

/* Where any of these is said, the address is not that of the bytes, or there is none yet. */
#define NO_ADDRESS                                                                                                       \
	(FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_ENCODED | FIEMAP_EXTENT_DATA_ENCRYPTED |           \
	 FIEMAP_EXTENT_NOT_ALIGNED | FIEMAP_EXTENT_DATA_INLINE | FIEMAP_EXTENT_DATA_TAIL)

static napi_value make_extent(napi_env env, const struct fiemap_extent *extent)
{
	bool addressed = !(extent->fe_flags & NO_ADDRESS);
	napi_value result;

	napi_create_object(env, &result);
	set_property(env, result, "start", make_number(env, (double)extent->fe_logical));
	set_property(env, result, "length", make_number(env, (double)extent->fe_length));
	set_property(env, result, "physical",
		     addressed ? make_number(env, (double)extent->fe_physical) : make_null(env));
	set_property(env, result, "shared", make_boolean(env, extent->fe_flags & FIEMAP_EXTENT_SHARED));
	set_property(env, result, "unwritten", make_boolean(env, extent->fe_flags & FIEMAP_EXTENT_UNWRITTEN));
	return result;
}

/* nextExtents(descriptor, position): the extents from there on, in order, 256 at most; none when there are no more. */
static napi_value next_extents(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], result = NULL;
	struct fiemap *map;
	uint64_t position;
	int32_t descriptor;

	if (!get_arguments(env, info, 2, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &position))
		return NULL;
	map = calloc(1, sizeof(*map) + EXTENTS * sizeof(map->fm_extents[0]));
	if (!map) {
		errno = ENOMEM;
		return throw_descriptor_error(env, "read extents of", descriptor);
	}
	map->fm_start = position;
	map->fm_length = FIEMAP_MAX_OFFSET - position;
	/* What was written and has no place yet gets one first. */
	map->fm_flags = FIEMAP_FLAG_SYNC;
	map->fm_extent_count = EXTENTS;
	if (ioctl(descriptor, FS_IOC_FIEMAP, map) < 0) {
		throw_descriptor_error(env, "read extents of", descriptor);
	} else {
		napi_create_array(env, &result);
		for (uint32_t i = 0; i < map->fm_mapped_extents && i < EXTENTS; i++)
			napi_set_element(env, result, i, make_extent(env, &map->fm_extents[i]));
	}
	free(map);
	return result;
}

/* As much as is read at once, and the most that one call looks at. */
#define WINDOW (1U << 20)
#define LARGEST_LOOK (64U << 20)

/*
 * 32 bits of a block, 0 for zeros alone. Nobody gains by two blocks that have the same: where they count, the kernel compares
 * the bytes.
 */
static uint32_t checksum_of(const char *block, size_t length)
{
	uint64_t sum = 0, any = 0;

	for (size_t at = 0; at < length; at += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, block + at, sizeof(word));
		any |= word;
		sum ^= word;
		sum = (sum << 29 | sum >> 35) * 0x9e3779b97f4a7c15;
	}
	if (any == 0)
		return 0;
	sum ^= sum >> 32;
	return (uint32_t)sum ? (uint32_t)sum : 1;
}

/*
 * blockChecksums(descriptor, position, length, block): 32 bits for each whole block, 0 for one of zeros, or that lies behind
 * the end; as an ArrayBuffer. The bytes themselves go nowhere.
 */
static napi_value block_checksums(napi_env env, napi_callback_info info)
{
	uint64_t position, length, done = 0;
	napi_value arguments[4], result = NULL;
	int32_t descriptor;
	uint32_t block, *sums;
	int failure = 0;
	char *window;
	void *bytes;

	if (!get_arguments(env, info, 4, arguments) || !get_descriptor(env, arguments[0], &descriptor) ||
	    !get_uint64(env, arguments[1], &position) || !get_uint64(env, arguments[2], &length) ||
	    !get_uint32(env, arguments[3], &block))
		return NULL;
	if (block < 512 || block > WINDOW || WINDOW % block != 0 || length > LARGEST_LOOK) {
		errno = EINVAL;
		return throw_descriptor_error(env, "look at blocks of", descriptor);
	}
	length -= length % block;
	if (napi_create_arraybuffer(env, length / block * sizeof(*sums), &bytes, &result) != napi_ok)
		return NULL;
	sums = bytes;
	window = malloc(WINDOW);
	if (!window)
		failure = ENOMEM;
	while (!failure && done < length) {
		size_t wanted = length - done < WINDOW ? (size_t)(length - done) : WINDOW, have = 0;

		while (have < wanted) {
			ssize_t got = read_through(descriptor, window + have, wanted - have, (off_t)(position + done + have));

			if (got < 0)
				failure = errno;
			if (got <= 0)
				break;
			have += (size_t)got;
		}
		for (size_t at = 0; at < wanted; at += block)
			sums[(done + at) / block] = at + block <= have ? checksum_of(window + at, block) : 0;
		done += wanted;
	}
	free(window);
	if (failure) {
		errno = failure;
		return throw_descriptor_error(env, "read", descriptor);
	}
	return result;
}

/*
 * shareRange(source, from, destination, to, length): has both files share these bytes, which the kernel compares first (man 2
 * ioctl_fideduperange). Bytes that are shared now, counted from the beginning; 0 where they are not the same.
 */
static napi_value share_range(napi_env env, napi_callback_info info)
{
	int32_t source, destination;
	struct file_dedupe_range *range;
	uint64_t from, to, length;
	napi_value arguments[5];
	int failed, status;
	uint64_t shared;

	if (!get_arguments(env, info, 5, arguments) || !get_descriptor(env, arguments[0], &source) ||
	    !get_uint64(env, arguments[1], &from) || !get_descriptor(env, arguments[2], &destination) ||
	    !get_uint64(env, arguments[3], &to) || !get_uint64(env, arguments[4], &length))
		return NULL;
	range = calloc(1, sizeof(*range) + sizeof(range->info[0]));
	if (!range) {
		errno = ENOMEM;
		return throw_descriptor_error(env, "share blocks of", destination);
	}
	range->src_offset = from;
	range->src_length = length;
	range->dest_count = 1;
	range->info[0].dest_fd = destination;
	range->info[0].dest_offset = to;
	failed = ioctl(source, FIDEDUPERANGE, range) < 0 ? errno : 0;
	status = range->info[0].status;
	shared = range->info[0].bytes_deduped;
	free(range);
	if (failed || status < 0) {
		errno = failed ? failed : -status;
		return throw_descriptor_error(env, "share blocks of", failed ? source : destination);
	}
	return make_number(env, status == FILE_DEDUPE_RANGE_SAME ? (double)shared : 0);
}

/* syncFilesystem(descriptor): returns when all that was written to the filesystem of the file is on disk (man 2 syncfs). */
static napi_value sync_filesystem(napi_env env, napi_callback_info info)
{
	napi_value arguments[1];
	int32_t descriptor;

	if (!get_arguments(env, info, 1, arguments) || !get_descriptor(env, arguments[0], &descriptor))
		return NULL;
	if (syncfs(descriptor) < 0)
		return throw_descriptor_error(env, "sync the filesystem of", descriptor);
	return make_undefined(env);
}

void register_sharing(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "nextExtents", next_extents },
		{ "blockChecksums", block_checksums },
		{ "shareRange", share_range },
		{ "syncFilesystem", sync_filesystem },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
