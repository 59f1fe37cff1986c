/*
 * A cookie is the key of a semaphore: its upper half says that it is one, and its lower half goes with each event to udev, whose
 * rules count the semaphore down when they are done. It begins at one, so that it is not zero before somebody waits.
 */
#include "udev-cookies.h"
#include "messages.h"
#include "nodes.h"
#include "task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sem.h>
#include <unistd.h>

/* Of linux/random.h, which glibc of Debian 12 has already: never waits. */
#ifndef GRND_INSECURE
#define GRND_INSECURE 0x0004
#endif

/* Keys by their lower half, of which 0 is none. */
#define KEYS 0xffffU

/* What semctl takes besides (semctl(2)). */
union semun {
	int val;
	struct seminfo *__buf;
};

static bool wanted = true;

/* SECURITY.md tells of the variable, which is libdevmapper's: whoever sets it has no udev make nodes. */
static bool is_disabled(void)
{
	return getenv("DM_DISABLE_UDEV") != NULL;
}

/* Udev has a socket there for as long as it runs; a kernel may be without semaphores. Asked once. */
static bool is_udev_running(void)
{
	static int running = -1;

	if (running < 0) {
		struct seminfo information;
		union semun limits = { .__buf = &information };

		running = access("/run/udev/control", F_OK) == 0 && semctl(0, 0, SEM_INFO, limits) >= 0;
	}
	return running;
}

static bool is_waited_for(void)
{
	return wanted && !is_disabled() && is_udev_running();
}

void dm_udev_set_sync_support(int on)
{
	wanted = on;
}

static uint32_t cookie_of(uint32_t lower_half)
{
	return (uint32_t)DM_COOKIE_MAGIC << DM_UDEV_FLAGS_SHIFT | lower_half;
}

/* -1, and said so, where there is none. */
static int semaphore_of(uint32_t cookie)
{
	int semaphore = -1;

	if (cookie >> DM_UDEV_FLAGS_SHIFT != DM_COOKIE_MAGIC)
		say("0x%x is no udev cookie", cookie);
	else if ((semaphore = semget((key_t)cookie, 1, 0)) < 0)
		say("the semaphore of udev cookie 0x%x: %s", cookie, strerror(errno));
	return semaphore;
}

static bool count(uint32_t cookie, int semaphore, short step)
{
	struct sembuf operation = { .sem_op = step, .sem_flg = step < 0 ? IPC_NOWAIT : 0 };

	return semop(semaphore, &operation, 1) == 0 ||
	       say("counting the semaphore of udev cookie 0x%x: %s", cookie, strerror(errno));
}

static bool take_away(uint32_t cookie, int semaphore)
{
	return semctl(semaphore, 0, IPC_RMID) == 0 ||
	       say("the semaphore of udev cookie 0x%x cannot be taken away: %s", cookie, strerror(errno));
}

/* With a key that nobody has: all of them, from one by chance on. -1 with errno. */
static int new_semaphore(uint32_t *cookie)
{
	uint16_t chance;

	if (getrandom(&chance, sizeof(chance), GRND_INSECURE) != sizeof(chance))
		return -1;
	for (uint32_t tried = 0; tried < KEYS; tried++) {
		int semaphore;

		*cookie = cookie_of((chance + tried) % KEYS + 1);
		semaphore = semget((key_t)*cookie, 1, 0600 | IPC_CREAT | IPC_EXCL);
		if (semaphore >= 0 || errno != EEXIST)
			return semaphore;
	}
	return -1;
}

int dm_udev_create_cookie(uint32_t *cookie)
{
	union semun one = { .val = 1 };
	int semaphore;

	*cookie = 0;
	if (!is_waited_for())
		return 1;
	semaphore = new_semaphore(cookie);
	if (semaphore >= 0 && semctl(semaphore, 0, SETVAL, one) == 0)
		return 1;
	say("no semaphore for a udev cookie (ipcs -s has all, /proc/sys/kernel/sem how many there may be): %s",
	    strerror(errno));
	if (semaphore >= 0)
		take_away(*cookie, semaphore);
	*cookie = 0;
	return 0;
}

/* One that is 0 is for when nobody waits. */
int dm_task_set_cookie(struct dm_task *task, uint32_t *cookie, uint16_t flags)
{
	int semaphore;

	if (is_disabled()) {
		flags &= (uint16_t)~DM_UDEV_DISABLE_LIBRARY_FALLBACK;
		flags |= DM_UDEV_DISABLE_DM_RULES_FLAG | DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG;
	}
	task->event = (uint32_t)flags << DM_UDEV_FLAGS_SHIFT;
	if (!is_waited_for()) {
		*cookie = 0;
		return 1;
	}
	semaphore = semaphore_of(*cookie);
	if (semaphore < 0 || !count(*cookie, semaphore, 1))
		return 0;
	task->event |= *cookie & ~DM_UDEV_FLAGS_MASK;
	return 1;
}

void complete_cookie(uint32_t event)
{
	uint32_t cookie = cookie_of(event & ~DM_UDEV_FLAGS_MASK);
	int semaphore;

	if (cookie == cookie_of(0))
		return;
	semaphore = semaphore_of(cookie);
	if (semaphore >= 0)
		count(cookie, semaphore, -1);
}

/* Without waiting: whether all events are done, and then nothing is left of the cookie. */
static bool is_done(uint32_t cookie, int *ready)
{
	int semaphore = semaphore_of(cookie), left;

	if (semaphore < 0)
		return false;
	left = semctl(semaphore, 0, GETVAL);
	if (left < 0)
		return say("the semaphore of udev cookie 0x%x: %s", cookie, strerror(errno));
	*ready = left <= 1;
	if (left > 1)
		return true;
	/* Somebody has counted down what is ours: an event too many. */
	if (left == 0)
		say("udev cookie 0x%x has been counted down once too often", cookie);
	return take_away(cookie, semaphore) && left == 1;
}

int dm_udev_wait_immediate(uint32_t cookie, int *ready)
{
	bool done;

	*ready = 0;
	if (cookie == 0 || !is_waited_for())
		return 1;
	done = is_done(cookie, ready);
	if (!done || *ready)
		dm_task_update_nodes();
	return done;
}

/* The addon itself waits, and not without an end: what is left to do is to the nodes. */
int dm_udev_wait(uint32_t cookie)
{
	dm_task_update_nodes();
	return cookie == 0 || say("udev cookie 0x%x is not waited for without an end", cookie);
}
