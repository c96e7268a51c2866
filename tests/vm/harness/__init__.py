# SPDX-License-Identifier: GPL-2.0-or-later
"""What the machine tests are made of; README.md one folder up tells how it fits together."""
