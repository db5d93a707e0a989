"""Print a set-up command of the README: the block that is fenced with ```sh NAME."""

import re
import sys
from pathlib import Path

readme = Path(__file__).parent.parent / "README.md"
blocks = dict(re.findall(r"^```sh (\w+)\n(.*?)^```$", readme.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
if len(sys.argv) != 2 or sys.argv[1] not in blocks:
    sys.exit(f"usage: readme_command.py {{{','.join(blocks)}}}")
sys.stdout.write(blocks[sys.argv[1]])
