"""The report of an exploration, in text."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from fakefax.explore.causes import FlawedRun, by_cause
from fakefax.explore.explorer import Exploration
from fakefax.explore.known import Known, gone_findings, lines_of, new_findings


class ExplorationResult:
    """The result of an exploration, with the findings that were known before.

    `test` is its name in their file; `all_run` is False if only some runs were asked for; `strict` is what would
    make the test's own failures count.
    """

    def __init__(
        self,
        test: str,
        found: Exploration,
        known: Known | None = None,
        *,
        all_run: bool = True,
        strict: str = 'explore="strict"',
    ) -> None:
        self.test = test
        self._strict = strict
        self.found = found
        self._known_file = known is not None
        known = known or {}
        self.new = new_findings(found, known)
        self.gone = gone_findings(found, known, all_run=all_run)

    @property
    def ok(self) -> bool:
        """No finding that is not known, and each known one was found again."""
        return not self.new and not self.gone

    @property
    def summary(self) -> str:
        """The summary of the runs, and how many of the findings were known."""
        known = len(self.found.findings) - len(self.new)
        return f"{self.found.summary}{f'; {known} of the findings known' if known else ''}"

    def lines(self, replay: Callable[[FlawedRun], Sequence[str]], page: Path | None) -> Iterator[str]:
        """The whole text. `replay` has the lines that run a finding again, `page` is the matrix."""
        yield self.summary
        for cause in by_cause(self.new):
            finding = cause.finding
            yield ""
            yield f"{finding.kind}: {finding.name}"
            yield f"  {finding.sentence}."
            if cause.also:
                yield f"  {cause.also}"
            yield from (f"  {line}" for line in replay(finding))
        results = self.found.results
        failed = [name for name, result in results.items() if result.failure is not None]
        if failed:
            yield ""
            yield f"the test itself failed in {len(failed)} of the runs, which counts with {self._strict} only;"
            yield f"  the first, {failed[0]}: {results[failed[0]].failure}"
        for name in self.gone:
            yield ""
            yield f"no longer happens: {name}; take it out of the file of known findings"
        if self.new and self._known_file:
            yield ""
            yield "To accept these findings, add to the file of known findings:"
            yield from (f"  {line}" for line in lines_of(self.test, self.new))
        if page is not None:
            yield ""
            yield f"all points and faults: {page}"
