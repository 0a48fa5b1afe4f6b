"""Files made of resources (FHIR, DfE JSON): good ones first, then faults at known rates."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from gateway.demo.northvale.delivery import BAD_RATE, Delivery, FileEntry, how_many
from gateway.demo.northvale.registrar import Key

Resource = dict[str, Any]
Spoil = Callable[[Resource], Resource]


@dataclass(slots=True)
class Piece:
    """A resource and what is known of it."""

    body: Resource
    keys: tuple[Key, ...] = ()
    planted: bool = False
    flagged: bool = False
    bad: str = ""


@dataclass(slots=True)
class Pieces:
    """A file of resources. `faults` maps a kind of resource to (code, spoiler) pairs."""

    feed: str
    file: str
    form: str
    faults: Mapping[str, Sequence[tuple[str, Spoil]]]
    kind: Callable[[Resource], str] = field(default=lambda body: str(body.get("resourceType", "")))
    items: list[Piece] = field(default_factory=list)

    def add(self, body: Resource, *keys: Key, planted: bool = False, flagged: bool = False) -> None:
        """Add a good resource."""
        self.items.append(Piece(body, keys, planted, flagged))

    def deliver(self, delivery: Delivery, write: Callable[[list[Resource]], bytes]) -> None:
        """Spoil some, write all by `write`, note what was written."""
        rng = delivery.world.rng("resources", self.file)
        if self.items:
            self._spoil(rng)
        (delivery.folder / self.file).write_bytes(write([piece.body for piece in self.items]))
        bad = [piece for piece in self.items if piece.bad]
        entry = FileEntry(
            feed=self.feed,
            file=self.file,
            format=self.form,
            rows=len(self.items),
            bad_rows=len(bad),
            expected_accepted=len(self.items) - len(bad),
            flagged_rows=sum(piece.flagged and not piece.bad for piece in self.items),
            duplicate_rows=0,
            bad_by_code=dict(sorted(Counter(piece.bad for piece in bad).items())),
        )
        delivery.add(entry, [key for piece in self.items if not piece.bad for key in piece.keys])

    def _spoil(self, rng: Random) -> None:
        free = [piece for piece in self.items if not piece.planted and self.kind(piece.body) in self.faults]
        if not free or len(self.items) == 1:
            # The fault goes into a copy, as in a sheet.
            able = [piece for piece in self.items if self.kind(piece.body) in self.faults]
            free = [Piece(dict(able[-1].body))]
            self.items += free
        for number, piece in enumerate(rng.sample(free, min(len(free), how_many(len(self.items), BAD_RATE)))):
            choices = self.faults[self.kind(piece.body)]
            piece.bad, spoil = choices[number % len(choices)]
            piece.body = spoil(piece.body)


def without(*names: str) -> Spoil:
    """Leave these elements out."""
    return lambda body: {name: value for name, value in body.items() if name not in names}


def having(**values: object) -> Spoil:
    """Give these elements other values."""
    return lambda body: body | values
