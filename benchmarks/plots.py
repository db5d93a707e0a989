"""The plots: bars for what peers are compared in, lines for what grows."""

from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.results import Result

BARS = ("send", "end_to_end", "start", "memory")
Curves = dict[str, list[tuple[float, float]]]
OURS, THEIRS = "#0b6e4f", "#b8c4bb"


def draw(results: dict[str, Result], out: Path) -> list[str]:
    """The pictures that the results are enough for, by the names of their files."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "fakefax", "font.size": 9, "svg.fonttype": "none"})
    pictures = []
    bars = [name for name in BARS if name in results]
    if bars:
        pictures.append(_save(_bars([results[name] for name in bars]), out / "peers.svg"))
    grows: dict[str, Curves] = {name: results[name].curves for name in ("pending", "memory") if name in results}
    if grows:
        pictures.append(_save(_lines(grows), out / "growth.svg"))
    return pictures


def _save(figure: Any, path: Path) -> str:
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    return path.name


def _bars(results: list[Result]) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 2.6 * ((len(results) + 1) // 2)), layout="constrained")
    for axes, result in zip(figure.subplots((len(results) + 1) // 2, 2, squeeze=False).flat, results, strict=False):
        names = sorted(result.samples, key=lambda name: median(result.samples[name]))
        middles = [median(result.samples[name]) for name in names]
        lengths = [
            [middle - min(result.samples[name]) for name, middle in zip(names, middles, strict=True)],
            [max(result.samples[name]) - middle for name, middle in zip(names, middles, strict=True)],
        ]
        colours = [OURS if name == "fakefax" else THEIRS for name in names]
        axes.barh(names, middles, color=colours, xerr=lengths, error_kw={"lw": 0.8})
        axes.set_title(f"{result.title}, {result.unit}", fontsize=9, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _lines(grows: dict[str, Curves]) -> Any:
    from matplotlib.figure import Figure
    from matplotlib.ticker import EngFormatter, MaxNLocator

    curves = {f"{name}: {what}": points for name, by in grows.items() for what, points in by.items()}
    figure = Figure(figsize=(10, 2.2 * ((len(curves) + 2) // 3)), layout="constrained")
    places = list(figure.subplots((len(curves) + 2) // 3, 3, squeeze=False).flat)
    for axes in places[len(curves) :]:
        axes.remove()
    for axes, (what, points) in zip(places, curves.items(), strict=False):
        axes.plot([x for x, _ in points], [y for _, y in points], marker="o", color=OURS)
        axes.set_ylim(0, 1.1 * max(y for _, y in points))
        if what.startswith("pending"):
            axes.set_xscale("log")
        else:
            axes.xaxis.set_major_locator(MaxNLocator(4))
            axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.set_title(what, fontsize=9, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
    return figure
