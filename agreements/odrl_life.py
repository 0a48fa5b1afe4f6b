"""What stands outside an agreement's text, in ODRL: since when it is in force, who is in, which reviews were agreed."""

from dataclasses import dataclass

from agreements.odrl_parts import Content, Node, Value
from agreements.odrl_vocabulary import iri, name_of


@dataclass(frozen=True)
class Spans(Value):
    """Pairs of instants, the second not included, as periods; `one` where there is a single pair."""

    one: bool = False

    def write(self, content: Content, node: Node) -> None:
        """Nothing is said of no pair."""
        pairs = [content[self.name]] if self.one else content[self.name]
        if pairs:
            node[self.term] = [
                {
                    "uid": f"{node['uid']}/{self.term}/{number}", "type": ["dct:PeriodOfTime"],
                    "from": start, "until": end,
                }
                for number, (start, end) in enumerate(pairs, start=1)
            ]  # fmt: skip

    def read(self, node: Node, content: Content) -> None:
        """What is not said is no pair."""
        pairs = [(one["from"], one["until"]) for one in node.get(self.term, [])]
        content[self.name] = pairs[0] if self.one else pairs


@dataclass(frozen=True)
class Memberships(Value):
    """Each party with the spans in which it is in."""

    def write(self, content: Content, node: Node) -> None:
        """One node a party that has signed."""
        node[self.term] = []
        for party, spans in content[self.name].items():
            one: Node = {
                "uid": iri(f"{node['uid']}/{self.term}/", party), "type": ["isa:Membership"],
                "party": [iri("agency/", party)],
            }  # fmt: skip
            _PERIODS.write({"spans": spans}, one)
            node[self.term].append(one)

    def read(self, node: Node, content: Content) -> None:
        """Raises `KeyError` where nothing is said of who is in."""
        content[self.name] = {}
        for one in node[self.term]:
            read: Content = {}
            _PERIODS.read(one, read)
            content[self.name][name_of("agency/", one["party"][0])] = read["spans"]


@dataclass(frozen=True)
class Reviews(Value):
    """Pairs of the instant at which a review was agreed and the day of the next."""

    def write(self, content: Content, node: Node) -> None:
        """Nothing is said where no review was agreed."""
        reviews = [
            {
                "uid": f"{node['uid']}/{self.term}/{number}", "type": ["isa:Review"],
                "at": at, "nextReview": next_review,
            }
            for number, (at, next_review) in enumerate(content[self.name], start=1)
        ]  # fmt: skip
        if reviews:
            node[self.term] = reviews

    def read(self, node: Node, content: Content) -> None:
        """What is not said is no review."""
        content[self.name] = [(one["at"], one["nextReview"]) for one in node.get(self.term, [])]


_PERIODS = Spans("spans", "activeSpan")
