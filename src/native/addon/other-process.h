/* Questions that may never be answered are asked by another process, which can be left to itself. */
#ifndef OTHER_PROCESS_H
#define OTHER_PROCESS_H

#include <stdint.h>

/* What the other process gets of stack, in bytes: enough for system calls and paths. */
#define BESIDE_STACK (256U << 10)

enum end { NO_PROCESS, STILL_THERE, ENDED };

/* What becomes of one that is not at its end in time. */
enum fate { KILLED, LEFT_TO_ITSELF };

/*
 * Runs `work` in another process until it ends, or until `end` (as monotonic_milliseconds has it). NO_PROCESS has errno. It shares
 * this one's memory: a copy, as fork makes it, costs what all of this program's pages do. It may write nothing but its stack, what
 * `argument` leads to, and errno, and this one does nothing beside it but wait; the memory of one that is still there has to stay
 * as it is: killed, it runs no more, but in the kernel; left to itself, it ends when it has its answer.
 */
enum end run_beside(int (*work)(void *), void *argument, char *stack, int64_t end, enum fate fate);

/*
 * For the work, before it asks. Whatever this program has open (locks, the pipe of who waits for its output) must not stay open
 * with a process that lasts.
 */
void let_go_of_files(void);

#endif
