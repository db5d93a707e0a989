"""The settings of a run, given to every measure: peers, rounds, seconds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from benchmarks.load import LoadFailed
from benchmarks.peer import Peer
from benchmarks.results import Samples, Skipped
from benchmarks.running import PeerFailed


@dataclass
class Context:
    """`seconds` is one stretch of load; `scale` makes fixed numbers, such as 100,000 sends, smaller."""

    peers: tuple[Peer, ...]
    rounds: int = 5
    seconds: float = 4.0
    scale: float = 1.0
    notes: list[str] = field(default_factory=list)

    def some(self, number: int) -> int:
        """Scale a number of sends, sandboxes and so on."""
        return max(1, round(number * self.scale))

    def here(self, wanted: Iterable[Peer]) -> tuple[Peer, ...]:
        """Those of some peers that take part in this run."""
        return tuple(peer for peer in wanted if peer in self.peers)

    def warm_up(self, peer: Peer) -> float:
        """Seconds of load before measuring begins."""
        return peer.warm_up * self.scale

    def interleaved(
        self, peers: Iterable[Peer], once: Callable[[Peer, int], float | None], rounds: int | None = None
    ) -> Samples:
        """Measure the peers in turn, so that a slow minute of the machine is one for all of them.

        The first of a round is the last of the next one. A peer that fails is left out with a word.
        """
        order = list(peers)
        samples: Samples = {peer.name: [] for peer in order}
        for number in range(rounds or self.rounds):
            for peer in self._turns(order, number):
                try:
                    sample = once(peer, number)
                except (PeerFailed, LoadFailed) as error:
                    if peer.name == "fakefax":
                        raise
                    self.say(f"{peer.name} is left out: {error}")
                    order.remove(peer)
                    del samples[peer.name]
                    continue
                if sample is not None:
                    samples[peer.name].append(sample)
        if not order:
            raise Skipped("none of its peers is here")
        return samples

    @staticmethod
    def _turns(order: list[Peer], number: int) -> Iterator[Peer]:
        first = number % max(1, len(order))
        return iter(order[first:] + order[:first])

    def say(self, note: str) -> None:
        """Print a note now, and add it to the report."""
        print(f"  {note}", flush=True)
        self.notes.append(note.splitlines()[0][:300])
