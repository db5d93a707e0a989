"""The imports of `fakefax serve` beyond bare aiohttp, by package: the larger part of its start."""

import re
import subprocess
import sys
from collections import defaultdict
from statistics import median

from benchmarks.context import Context
from benchmarks.results import Result, Samples
from benchmarks.running import environment

BARE = "from aiohttp import web"
SERVE = """
import fakefax.__main__, fakefax.cli.main, fakefax.cli.commands.serve, fakefax.cli.serve
fakefax.cli.commands.scenarios.load("default")
"""
"""The imports of the command, in its order, up to where it would listen."""

LINE = re.compile(r"import time: +(\d+) \| +\d+ \| *([\w.]+)")
SMALLEST_MS = 1.0

Modules = dict[str, float]
"""The milliseconds that each module took by itself."""


def run(context: Context) -> Result:
    for program in (BARE, SERVE):
        _once(program)  # warms the files
    rounds = [(_once(BARE), _once(SERVE)) for _ in range(2 * context.rounds)]
    samples: Samples = defaultdict(list)
    for bare, serve in rounds:
        samples["all of bare aiohttp"].append(sum(bare.values()))
        samples["all of fakefax serve"].append(sum(serve.values()))
        beyond = _by_package({module: spent for module, spent in serve.items() if module not in bare})
        for package, spent in beyond.items():
            samples[f"beyond it: {package}"].append(spent)
        samples["aiohttp.connector, in both: two TLS contexts"].append(serve["aiohttp.connector"])
    large = {name: values for name, values in samples.items() if median(values) >= SMALLEST_MS}
    ordered = dict(sorted(large.items(), key=lambda item: -median(item[1])))
    notes = ["By `-X importtime`, which itself costs time; a package's own modules, without those of others."]
    return Result("Imports of `fakefax serve`", "ms", ordered, notes=notes, against=None)


def _once(program: str) -> Modules:
    command = [sys.executable, "-X", "importtime", "-c", program]
    said = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True).stderr
    return {module: int(own) / 1000 for own, module in LINE.findall(said)}


def _by_package(modules: Modules) -> Modules:
    spent: Modules = defaultdict(float)
    for module, own in modules.items():
        top = module.partition(".")[0]
        spent["standard library" if top in sys.stdlib_module_names else top] += own
    return spent
