/*
 * udev-complete COOKIE: says for udev that it is done with a device, as "dmsetup udevcomplete" does: counts the semaphore of a
 * cookie down. The cookie is what the kernel has put into its event (DM_COOKIE): flags in its upper half, in its lower one what
 * goes with it into the semaphore's key. Whoever starts a VM waits for this, once for each device, and starting a program is
 * nearly all that it takes: so there is nothing to be loaded in it, no C library either.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <unistd.h>

/* DM_COOKIE_MAGIC of libdevmapper.h, the upper half of the key. */
#define KEY_OF_COOKIES 0x0D4D0000UL
#define LOWER_HALF 0xffffUL
#define LARGEST_COOKIE 0xffffffffUL

/* The kernel has the number of parameters and their addresses lie on the stack. */
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n");

static long call(long number, long first, long second, long third)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(first), "S"(second), "d"(third)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tbl begin\n");

static long call(long number, long first, long second, long third)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = first;
	register long x1 __asm__("x1") = second;
	register long x2 __asm__("x2") = third;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}
#else
#error "udev-complete.c has the system calls of x86-64 and arm64"
#endif

__attribute__((noreturn)) static void end(int status)
{
	for (;;)
		call(SYS_exit_group, status, 0, 0);
}

__attribute__((noreturn)) static void fail(const char *line, size_t length)
{
	call(SYS_write, STDERR_FILENO, (long)line, (long)length);
	end(1);
}

#define FAIL(text) fail("udev-complete: " text "\n", sizeof("udev-complete: " text "\n") - 1)

/* A decimal number, whole; false for anything else, and for what is none of an event that is waited for. */
static bool parse(const char *text, unsigned long *cookie)
{
	*cookie = 0;
	for (; *text >= '0' && *text <= '9'; text++) {
		*cookie = *cookie * 10 + (unsigned long)(*text - '0');
		if (*cookie > LARGEST_COOKIE)
			return false;
	}
	return *text == '\0' && (*cookie & LOWER_HALF) != 0;
}

__attribute__((noreturn, used)) void begin(const long *stack)
{
	struct sembuf down = { .sem_op = -1, .sem_flg = IPC_NOWAIT };
	unsigned long cookie;
	long result;

	if (stack[0] != 2 || !parse((const char *)stack[2], &cookie))
		FAIL("usage: udev-complete COOKIE, in decimal");
	result = call(SYS_semget, (long)(KEY_OF_COOKIES | (cookie & LOWER_HALF)), 1, 0);
	if (result >= 0)
		result = call(SYS_semop, result, (long)&down, 1);
	if (result == -EACCES || result == -EPERM)
		FAIL("no permission for the semaphore of the cookie: run as root");
	if (result == -EAGAIN)
		FAIL("the semaphore of the cookie has been counted down already");
	/* Where it has gone, nobody waits any more. */
	end(0);
}
