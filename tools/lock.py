"""Write .ci/constraints.txt: the versions that the README's two commands install, for every supported Python.

    python -m tools.lock        needs uv, which the extra [lint] has

The same versions are chosen for all supported Pythons, with markers where one needs another version.
"""

import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parent.parent / ".ci" / "constraints.txt"
OPTIONS = (
    *("--quiet", "--upgrade", "--universal", "--python-version", "3.11"),
    *("--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
    *("--custom-compile-command", "python -m tools.lock"),
    *("--extra", "test", "--extra", "lint", "--extra", "docs", "--extra", "speed"),
)


def main() -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, "pyproject.toml", "--output-file", str(LOCK)]
    subprocess.run(command, check=True, cwd=LOCK.parent.parent)


if __name__ == "__main__":
    main()
