"""What `fakefax serve` imports, and what each package of it costs: the larger part of its start."""

import re
import subprocess
import sys
from collections import defaultdict
from statistics import median

from benchmarks.context import Context
from benchmarks.results import Result, Samples

PROGRAM = "import fakefax.cli, fakefax.serve; from fakefax.cli import _load; _load('default')"
LINE = re.compile(r"import time: +(\d+) \| +\d+ \| *([\w.]+)")
SMALLEST_MS = 2.0


def run(context: Context) -> Result:
    rounds = [_once() for _ in range(context.rounds)]
    names = {name for one in rounds for name in one}
    samples: Samples = {name: [one.get(name, 0.0) for one in rounds] for name in names}
    samples["all"] = [sum(one.values()) for one in rounds]
    large = {name: values for name, values in samples.items() if median(values) >= SMALLEST_MS}
    ordered = dict(sorted(large.items(), key=lambda item: -median(item[1])))
    notes = ["By `-X importtime`, which itself costs time; a package's own modules, without those of others."]
    return Result("Imports of `fakefax serve`", "ms", ordered, notes=notes, against=None)


def _once() -> dict[str, float]:
    command = [sys.executable, "-X", "importtime", "-c", PROGRAM]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    spent: dict[str, float] = defaultdict(float)
    for own, module in LINE.findall(said):
        spent[_group(module)] += int(own) / 1000
    return spent


def _group(module: str) -> str:
    top = module.partition(".")[0]
    return "standard library" if top in sys.stdlib_module_names else top
