// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ipmi.h"

#include <errno.h>
#include <linux/ipmi.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#define OUR_ID 0x7762 /* tells our answer from others that this descriptor might get */

static int send_request(int fd, const struct ipmi_request *request)
{
	struct ipmi_system_interface_addr to = { .addr_type =
							 IPMI_SYSTEM_INTERFACE_ADDR_TYPE,
						 .channel = IPMI_BMC_CHANNEL };
	uint8_t data[sizeof(request->data)];
	struct ipmi_req call = { .addr = (unsigned char *)&to,
				 .addr_len = sizeof(to),
				 .msgid = OUR_ID,
				 .msg = { .netfn = request->netfn,
					  .cmd = request->command,
					  .data_len = request->len,
					  .data = data } };

	memcpy(data, request->data, sizeof(data));
	return ioctl(fd, IPMICTL_SEND_COMMAND, &call) < 0 ? -errno : 0;
}

/* How many bytes; 0: it was not the answer. */
static int receive(int fd, uint8_t answer[IPMI_ANSWER_MAX])
{
	struct ipmi_addr from;
	struct ipmi_recv call = { .addr = (unsigned char *)&from,
				  .addr_len = sizeof(from),
				  .msg = { .data = answer,
					   .data_len = IPMI_ANSWER_MAX } };

	if (ioctl(fd, IPMICTL_RECEIVE_MSG, &call) < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (call.recv_type != IPMI_RESPONSE_RECV_TYPE || call.msgid != OUR_ID)
		return 0;
	return call.msg.data_len;
}

int ipmi_ask(int fd, const struct ipmi_request *request, uint8_t answer[IPMI_ANSWER_MAX])
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int r = send_request(fd, request);

	while (r == 0) {
		int n = poll(&p, 1, (int)request->timeout_ms);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return -ETIMEDOUT;
		if (n > 0)
			r = receive(fd, answer);
	}
	return r;
}
