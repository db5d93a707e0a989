"""The tables and plots of README.md, made from results.json; the text around them stays."""

import re
from pathlib import Path

from benchmarks.plots import draw
from benchmarks.results import Book, Result, ratio

MARKED = re.compile(r"(<!-- {name} -->\n).*?(<!-- /{name} -->)".replace("{name}", "results"), re.DOTALL)


def write(book: Book, out: Path) -> None:
    """Put all figures into README.md of a folder, between its markers, and the plots beside it."""
    results = book.results()
    pictures = draw({name: result for name, (result, _) in results.items()}, out)
    text = "\n".join(_lines(results, pictures))
    readme = out / "README.md"
    before = readme.read_text(encoding="utf-8") if readme.exists() else "<!-- results -->\n<!-- /results -->\n"
    readme.write_text(MARKED.sub(lambda marks: f"{marks[1]}\n{text}\n{marks[2]}", before), encoding="utf-8")


def _lines(results: dict[str, tuple[Result, str]], pictures: list[str]) -> list[str]:
    lines = ["| what | wanted | found | |", "| --- | --- | --- | --- |"]
    for result, _ in results.values():
        lines += [
            f"| {result.title} | {reach.wanted} | {reach.found} | {'yes' if reach.met else '**not reached**'} |"
            for reach in result.reaches
        ]
    lines += ["", *(f"![{name}]({name})" for name in pictures)]
    for name, (result, run) in results.items():
        lines += ["", f"### {result.title}", "", f"`python -m benchmarks {name}` on {run}.", "", *_table(result)]
        if result.notes:
            lines += ["", *(f"- {note}" for note in result.notes)]
    return [*lines, ""]


def _table(result: Result) -> list[str]:
    compared = result.against in result.samples and len(result.samples) > 1
    head = ["", "median", "least to most"] + ([f"{result.against} ÷ it"] if compared else [])
    rows = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for name, values in result.samples.items():
        cells = [name, figure(result.median(name), result.unit), f"{figure(min(values))} to {figure(max(values))}"]
        if compared and result.against is not None:
            cells.append("" if name == result.against else f"{ratio(result.samples, result.against, name):.2f}")
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def figure(value: float, unit: str = "") -> str:
    """Three digits that count."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()
