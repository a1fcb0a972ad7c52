"""Move the one date that pins every version: `python .ci/move_date.py 2027-01-15 [pyproject.toml]`."""

import datetime
import re
import sys
from pathlib import Path


def main(day: str, path: str = "pyproject.toml") -> None:
    day = datetime.date.fromisoformat(day).isoformat()
    project = Path(path)
    text, moved = re.subn(r'(?m)^(exclude-newer = )".*"$', rf'\1"{day}T00:00:00Z"', project.read_text("utf-8"))
    if moved != 1:
        sys.exit(f"{path} has {moved} lines that begin with exclude-newer, not one: nothing was changed")
    project.write_text(text, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
