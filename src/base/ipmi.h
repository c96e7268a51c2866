/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to the board's management controller (BMC) through the kernel's driver: what
 * linux/ipmi.h calls the system interface. The bytes are those of the Intelligent
 * Platform Management Interface Specification 2.0.
 */
#ifndef BASE_IPMI_H
#define BASE_IPMI_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

#define IPMI_ANSWER_MAX 32

struct ipmi_request {
	uint8_t netfn, command;
	uint8_t data[8];
	uint8_t len; /* of data */
	unsigned timeout_ms;
};

/*
 * Asks the controller behind the open device @fd. The answer's bytes, the completion code
 * first, go into @answer. Returns how many there are (1 or more), or a negative errno:
 * -ETIMEDOUT, -EMSGSIZE above IPMI_ANSWER_MAX, what ioctl(2) and poll(2) say.
 */
_must_check_ int ipmi_ask(int fd, const struct ipmi_request *request,
			  uint8_t answer[IPMI_ANSWER_MAX]);

#endif
