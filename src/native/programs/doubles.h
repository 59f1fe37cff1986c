/* The bits of a double. */
#ifndef DOUBLES_H
#define DOUBLES_H

#include <stdint.h>
#include <string.h>

/* A double has 52 bits behind its first one, which is not written down, below 11 of its exponent (IEEE 754). */
#define FRACTION_BITS 52
#define FIRST_BIT (1ULL << FRACTION_BITS)
#define EXPONENT_MASK 0x7ff
#define EXPONENT_OF_ONE 1023

/* libc has it, as it has frexp and modf. */
double scalbn(double value, int exponent);

static inline uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static inline double of_bits(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline int exponent_of(double value)
{
	return bits_of(value) >> FRACTION_BITS & EXPONENT_MASK;
}

static inline double without_sign(double value)
{
	return of_bits(bits_of(value) << 1 >> 1);
}

static inline double with_sign_of(double value, double sign)
{
	return of_bits(bits_of(value) | (bits_of(sign) >> 63 << 63));
}

#endif
