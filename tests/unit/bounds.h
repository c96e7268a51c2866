/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of input that is made to take too much: what goes beyond ends the test with a
 * signal, or with an allocation that fails. Processor time, not time on the clock: a busy
 * machine changes nothing. Only for a process of the test's own (Check's default).
 */
#ifndef BOUNDS_H
#define BOUNDS_H

#define BOUNDS_SECONDS 20 /* what is bounded takes one or two, what is not minutes */

/* Is it built with AddressSanitizer, which takes several times as long? */
#if defined(__SANITIZE_ADDRESS__)
#define BOUNDS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BOUNDS_SANITIZED 1
#endif
#endif
#ifndef BOUNDS_SANITIZED
#define BOUNDS_SANITIZED 0
#endif

/* For tcase_set_timeout(), on the clock: far more than those seconds ever take. */
#define BOUNDS_TIMEOUT 900

/* From here on this process may take so many MiB more, and BOUNDS_SECONDS. Returns false,
 * and limits nothing, where tests share a process. Sanitizers need the addresses
 * themselves: with them it is the time only. */
_Bool bounds_begin(unsigned more_mib);

#endif
