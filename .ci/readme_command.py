"""Print the shell command that README.md marks with a name, so that what is tested is what is printed there.

A command is marked by a comment on a line of its own, followed by a fenced block:

    <!-- main-command -->
    ```sh
    ...
    ```

Usage: python readme_command.py README.md main-command
"""

import re
import sys
from pathlib import Path


def command(text: str, name: str) -> str:
    """The body of the fenced block after the marker; it must stand there exactly once."""
    pattern = rf"^<!-- {re.escape(name)} -->\s*^```\w*\n(.*?)^```"
    found = re.findall(pattern, text, re.MULTILINE | re.DOTALL)
    if len(found) != 1:
        raise SystemExit(f"README.md: expected one fenced block marked <!-- {name} -->, found {len(found)}")
    return str(found[0])


if __name__ == "__main__":
    print(command(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2]), end="")
