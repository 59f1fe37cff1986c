/*
 * A kernel for VMs that are never let run: the least that libxl builds a PV domain from (xen/include/public/elfnote.h).
 * cc -nostdlib -static -no-pie -Wl,-Ttext-segment=0x100000 -o still-kernel still-kernel.S
 */
	.text
	.globl _start
_start:
	jmp _start

	.macro note type, kind, value:vararg
	.balign 4
	.long 4, 2f - 1f, \type
	.asciz "Xen"
1:	\kind \value
2:	.balign 4
	.endm

	.section .note.Xen, "a", @note
	note 6, .asciz, "linux"		/* XEN_ELFNOTE_GUEST_OS */
	note 5, .asciz, "xen-3.0"	/* XEN_ELFNOTE_XEN_VERSION */
	note 8, .asciz, "generic"	/* XEN_ELFNOTE_LOADER */
	note 3, .quad, 0		/* XEN_ELFNOTE_VIRT_BASE */
	note 4, .quad, 0		/* XEN_ELFNOTE_PADDR_OFFSET */
	note 1, .quad, _start		/* XEN_ELFNOTE_ENTRY */
	.section .note.GNU-stack, "", @progbits
