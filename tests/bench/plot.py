# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures that have a goal, as bars: a share of the goal each, in an SVG file."""

from html import escape

ROW, LEFT, GOAL, MOST, RIGHT = 22, 430, 240, 2.0, 150   # pixels; MOST: goals that fit
STYLE = """text { font: 12px sans-serif; fill: #333 } .head { font-weight: bold }
.met { fill: #4a8c5c } .missed { fill: #c0504d } .goal { stroke: #333; stroke-dasharray: 4 3 }"""


def write(path, table):
    """Draw the bars of TABLE into the file PATH."""
    top = ROW * (2 + len(table.machine.splitlines()))
    height = top + ROW * (len(table.bars) + 2)
    width = int(LEFT + GOAL * MOST + RIGHT)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
             f"<style>{STYLE}</style>",
             f'<rect width="{width}" height="{height}" fill="white"/>',
             _text(10, ROW, "warmboot: each figure as a share of its goal", "head")]
    lines += [_text(10, ROW * (2 + i), line) for i, line in
              enumerate(table.machine.splitlines())]
    lines += [line for i, bar in enumerate(table.bars) for line in _bar(top + i * ROW, bar)]
    goal, bottom = LEFT + GOAL, height - 2 * ROW
    lines += [f'<line class="goal" x1="{goal}" x2="{goal}" y1="{top}" y2="{bottom}"/>',
              _text(goal - 14, bottom + ROW * 0.8, "goal"), "</svg>"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _bar(y, bar):
    length = GOAL * min(bar.share, MOST)
    kind = "met" if bar.share <= 1 else "missed"
    beyond = " …" if bar.share > MOST else ""
    return [_text(10, y + 15, bar.what),
            f'<rect class="{kind}" x="{LEFT}" y="{y + 4}" width="{length:.1f}" height="14"/>',
            _text(LEFT + max(length, GOAL) + 8, y + 15,
                  f"{bar.figure}, goal {bar.goal}{beyond}")]


def _text(x, y, text, kind=None):
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y:g}"{style}>{escape(text)}</text>'
