"""Print the table: `python -m tests.benchmarks [GROUP ...] [--share 0.1] [--rounds 3]`."""

import argparse
import sys

from .workloads import GROUPS, Line, Size


def main() -> None:
    """Measure the groups that are named, or all, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"which: {', '.join(GROUPS)}; all when left out")
    parser.add_argument("--share", type=float, default=1.0, help="how large, as a share of the full size")
    parser.add_argument("--rounds", type=int, default=3, help="how often each process is timed")
    asked = parser.parse_args()
    if unknown := set(asked.groups) - set(GROUPS):
        parser.error(f"there is no group {', '.join(sorted(unknown))}")
    lines = []
    for name in asked.groups or GROUPS:
        print(f"measuring: {name}", file=sys.stderr)
        lines += GROUPS[name](Size(asked.share, asked.rounds))
    print("\n".join(as_table(lines)))


def as_table(lines: list[Line]) -> list[str]:
    """The lines of a table in Markdown."""
    rows = [("what", "measured", "target (extraordinary)"), *((one.what, one.figure, one.target) for one in lines)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    table = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return [table[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *table[1:]]


if __name__ == "__main__":
    main()
