/* Whether block devices answer, asked by another process: a server behind one may never answer. */
#define _GNU_SOURCE
#include "clock.h"
#include "other-process.h"
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* More block devices than a machine has bases. */
#define MOST_BLOCKS 1024U
/* What is read of each, in bytes: one sector however large they are, and never less than a page. */
#define SMALLEST_READ 4096
#define LARGEST_READ 65536
/* How long one whose queue is full is left alone before it is asked again. */
#define PAUSE_MILLISECONDS 10

struct asked {
	char path[64];
	bool given;
	/* Bytes that were read, or the errno, negative. */
	int64_t result;
	int descriptor;
	/* Whether to wait for room in its queue: of some devices nobody can ask without. */
	bool waits;
	struct iocb block;
};

/* All that the process that asks works with. */
struct room {
	char *stack, *buffers;
	struct asked *asked;
	uint32_t count;
	aio_context_t context;
	int64_t end;
};

static void give(struct asked *asked, int64_t result)
{
	asked->result = result;
	__atomic_store_n(&asked->given, true, __ATOMIC_RELEASE);
}

/* Whether the block is on its way; else it has an answer. */
static bool submit(struct room *room, uint32_t index)
{
	struct asked *asked = &room->asked[index];
	struct iocb *block = &asked->block;
	int sector = 0;

	ioctl(asked->descriptor, BLKSSZGET, &sector);
	for (;;) {
		memset(block, 0, sizeof(*block));
		block->aio_data = index;
		block->aio_lio_opcode = IOCB_CMD_PREAD;
		block->aio_fildes = (uint32_t)asked->descriptor;
		block->aio_buf = (uintptr_t)(room->buffers + (size_t)index * LARGEST_READ);
		block->aio_nbytes = sector > SMALLEST_READ && sector <= LARGEST_READ ? (uint64_t)sector : SMALLEST_READ;
		block->aio_rw_flags = asked->waits ? 0 : RWF_NOWAIT;
		if (syscall(SYS_io_submit, room->context, 1L, &block) == 1)
			return true;
		if (asked->waits || (errno != EOPNOTSUPP && errno != EINVAL))
			break;
		asked->waits = true;
	}
	give(asked, -errno);
	return false;
}

static bool begin(struct room *room, uint32_t index)
{
	struct asked *asked = &room->asked[index];
	struct stat node;

	asked->descriptor = open(asked->path, O_RDONLY | O_DIRECT | O_NONBLOCK | O_CLOEXEC);
	if (asked->descriptor < 0 || fstat(asked->descriptor, &node) < 0)
		give(asked, -errno);
	else if (!S_ISBLK(node.st_mode))
		give(asked, -ENOTBLK);
	else
		return submit(room, index);
	return false;
}

/* Whether it is on its way again. */
static bool take_event(struct room *room, const struct io_event *event)
{
	uint32_t index = (uint32_t)event->data;
	struct timespec pause = { .tv_nsec = PAUSE_MILLISECONDS * 1000000L };

	if (event->res != -EAGAIN) {
		give(&room->asked[index], event->res);
		return false;
	}
	/* Its queue is full. What is not on its way holds nothing up, and is not asked any more when its time is over. */
	if (milliseconds_left(room->end) == 0)
		return false;
	nanosleep(&pause, NULL);
	return submit(room, index);
}

/*
 * In the new process. A read that waits for an answer would hold it in the kernel, where no signal reaches it; this one waits
 * for events, and ends when the last has come, whenever that is.
 */
static int ask_blocks(void *argument)
{
	struct room *room = argument;
	uint32_t index, under_way = 0;

	let_go_of_files();
	if (syscall(SYS_io_setup, room->count, &room->context) < 0) {
		for (index = 0; index < room->count; index++)
			give(&room->asked[index], -errno);
		return 0;
	}
	for (index = 0; index < room->count; index++)
		under_way += begin(room, index);
	while (under_way > 0) {
		struct io_event event;

		if (syscall(SYS_io_getevents, room->context, 1L, 1L, &event, NULL) == 1)
			under_way -= !take_event(room, &event);
	}
	return 0;
}

static napi_value describe_answer(napi_env env, const struct asked *asked)
{
	const char *code;

	if (!__atomic_load_n(&asked->given, __ATOMIC_ACQUIRE))
		return make_boolean(env, false);
	if (asked->result > 0)
		return make_boolean(env, true);
	code = asked->result == 0 ? "ENODATA" : strerrorname_np((int)-asked->result);
	return make_string(env, code ? code : "EIO");
}

static bool read_paths(napi_env env, napi_value array, struct room *room)
{
	for (uint32_t index = 0; index < room->count; index++) {
		napi_value path = NULL;

		if (napi_get_element(env, array, index, &path) != napi_ok ||
		    !get_string(env, path, room->asked[index].path, sizeof(room->asked[index].path)))
			return false;
	}
	return true;
}

static napi_value give_answers(napi_env env, const struct room *room)
{
	napi_value result = NULL;

	napi_create_array(env, &result);
	for (uint32_t index = 0; index < room->count; index++)
		napi_set_element(env, result, index, describe_answer(env, &room->asked[index]));
	return result;
}

static size_t pages_for(uint32_t count)
{
	return sizeof(struct room) + BESIDE_STACK + (size_t)count * (LARGEST_READ + sizeof(struct asked));
}

/* In one piece, which is left to a process that lasts; NULL with errno where there is none. */
static struct room *make_room(uint32_t count, uint32_t milliseconds)
{
	char *pages = mmap(NULL, pages_for(count), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct room *room;

	if (pages == MAP_FAILED)
		return NULL;
	/* Stack and buffers are whole pages; what comes behind them is zero, and aligned. */
	room = (struct room *)(pages + BESIDE_STACK + (size_t)count * LARGEST_READ);
	room->stack = pages;
	room->buffers = pages + BESIDE_STACK;
	room->asked = (struct asked *)(room + 1);
	room->count = count;
	room->end = monotonic_milliseconds() + milliseconds;
	return room;
}

/*
 * blockAnswers(nodes, milliseconds): one block is read of each, past the page cache, all at once: true, the errno's name, or false
 * where there is no answer within that time.
 */
static napi_value block_answers(napi_env env, napi_callback_info info)
{
	napi_value arguments[2], result = NULL;
	uint32_t milliseconds, count;
	enum end end = ENDED;
	struct room *room;

	if (!get_arguments(env, info, 2, arguments) || !get_uint32(env, arguments[1], &milliseconds))
		return NULL;
	if (napi_get_array_length(env, arguments[0], &count) != napi_ok || count > MOST_BLOCKS) {
		throw_wrong_type(env, "an array of block devices");
		return NULL;
	}
	room = make_room(count, milliseconds);
	if (!room)
		return throw_system_error(env, "make room to ask", "block devices", errno, "");
	if (read_paths(env, arguments[0], room)) {
		if (count > 0)
			end = run_beside(ask_blocks, room, room->stack, room->end, LEFT_TO_ITSELF);
		if (end == NO_PROCESS)
			throw_system_error(env, "start a process to ask", "block devices", errno, "");
		else
			result = give_answers(env, room);
	}
	if (end != STILL_THERE)
		munmap(room->stack, pages_for(count));
	return result;
}

void register_block_answers(napi_env env, napi_value exports)
{
	static const struct function_entry entries[] = {
		{ "blockAnswers", block_answers },
	};

	register_functions(env, exports, entries, ARRAY_LENGTH(entries));
}
