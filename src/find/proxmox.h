/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pins of proxmox-boot-tool: /etc/kernel/proxmox-boot-pin and next-boot-pin hold the
 * release that is to boot, always or once. The tool writes the boot loader's own
 * configuration from them; until it did, the two disagree.
 */
#ifndef FIND_PROXMOX_H
#define FIND_PROXMOX_H

#include "base/root.h"
#include "find/entry.h"

/* Compares the menu's default with the pins: @menu->one_shot or a doubt. Returns 0 or
 * -ENOMEM. */
_must_check_ int proxmox_check(const struct root *root, struct entry_list *menu);

/* Does the tool keep copies of everything on partitions that are not mounted? */
bool proxmox_has_own_partitions(const struct root *root);

#endif
