/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fleet's monitoring looks for: each of these events has a MESSAGE_ID in the
 * journal (systemd.journal-fields(7)). They never change their meaning; warmboot(8),
 * JOURNAL lists them.
 */
#ifndef BASE_EVENT_H
#define BASE_EVENT_H

/* Armed. */
#define EVENT_ARMED "8d9b004308604e8891b649da2705b0cb"
/* Not armed, for a reason. */
#define EVENT_REFUSED "1b2d2dbc4af44b35821e91f2fca96ff4"
/* What was armed is unloaded. */
#define EVENT_UNLOADED "1973e846a127470d85354f5be1a2ca53"
/* A reboot without the firmware begins. */
#define EVENT_JUMP "5a96643bb75a43148ab6a3c9ec287029"
/* Was armed, and this reboot goes through the firmware all the same. */
#define EVENT_SKIPPED "9133ca8541884bf79507f6390627639f"
/* A kernel did not come up well after a warm reboot. */
#define EVENT_FAILED "c5051912fab14204994b46c0603626aa"
/* It did. */
#define EVENT_GOOD "94124619149540d8b476a8b8f6147459"

#endif
