#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every error and warning of the program is in DIAGNOSTICS of warmboot(8).

The longest stretch of its words between two conversions has to stand in one .It line there.
Messages that are put together from words of other places ("%s: %s") are not looked for.
"""
import glob
import re
import sys

CALL = re.compile(r'\b(log_(?:error|warning)(?:_errno)?)\s*\(')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
CONVERSION = re.compile(r'%[-0-9.*]*(?:hh|h|ll|l|z)?[a-zA-Z]')
SHORTEST = 8  # letters; what has fewer says nothing of its own


def arguments(text, start):
    """What stands between the parenthesis before `start` and the one that closes it."""
    depth, at = 1, start
    while depth:
        string = STRING.match(text, at)
        if string:
            at = string.end()
            continue
        depth += {'(': 1, ')': -1}.get(text[at], 0)
        at += 1
    return text[start:at - 1]


def format_of(args):
    """The format: the first literal, with those that follow it, a macro being FILE."""
    parts = re.match(r'(?:[^"]*?,\s*)?((?:"(?:[^"\\]|\\.)*"|[A-Z_]+|\s)+)', args)
    words = re.findall(r'"(?:[^"\\]|\\.)*"|[A-Z_]+', parts.group(1)) if parts else []
    return ''.join(word[1:-1] if word[0] == '"' else '%s' for word in words)


def stretch(message):
    """Its longest part between conversions, without what may look different in print."""
    parts = [part.strip(' \t";,') for part in re.split(r"[():']", CONVERSION.sub("'", message))]
    return max(parts, key=len)


def documented(page):
    """The diagnostics of the page, a line each."""
    section = page.split('.Sh DIAGNOSTICS')[1].split('\n.Sh ')[0]
    return re.findall(r'^\.It (.*)$', section.replace(r'\(dq', '"'), re.M)


def main():
    with open('man/warmboot.8', encoding='utf-8') as file:
        lines = documented(file.read())
    count = missing = 0
    for path in sorted(glob.glob('src/*.c') + glob.glob('src/*/*.c')):
        with open(path, encoding='utf-8') as file:
            text = re.sub(r'/\*.*?\*/', lambda m: '\n' * m.group().count('\n'), file.read(),
                          flags=re.S)
        for call in CALL.finditer(text):
            words = stretch(format_of(arguments(text, call.end())).replace('\\"', '"'))
            if len(words) < SHORTEST:
                continue
            count += 1
            if not any(words in line for line in lines):
                missing += 1
                number = text.count('\n', 0, call.start()) + 1
                print(f'{path}:{number}: not in DIAGNOSTICS of warmboot(8): {words}')
    if count == 0:
        print('no message was found in src')
    return missing > 0 or count == 0


if __name__ == '__main__':
    sys.exit(main())
