"""Lists: agreed vocabularies, so that agencies count alike (LeGSB block "Lists"; one SKOS concept scheme each).

A code keeps its notation as the partner sent it; the label stands beside it and never replaces it. A notation that
a list does not hold is shown as it is, because lists change while history arrives late.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from concept_model.code_list_table import FIELD_TABLE, LIST_TABLE


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list of one publisher. `labels` maps notation to preferred label (skos:notation, skos:prefLabel)."""

    scheme: str
    publisher: str
    title: str
    labels: Mapping[str, str] = field(repr=False)

    def label(self, notation: str) -> str | None:
        """The preferred label, or None for a notation that the list does not hold."""
        return self.labels.get(notation)


CODE_LISTS: Mapping[str, CodeList] = {row[0]: CodeList(*row) for row in LIST_TABLE}
FIELD_LISTS: Mapping[tuple[str, str], CodeList] = {
    (item, name): CODE_LISTS[scheme] for item, name, scheme in FIELD_TABLE
}
"""The list that each coded field of an item draws from."""


def code_label(item: str, name: str, notation: str) -> str:
    """The label of a code in a field of an item, or the notation itself."""
    codes = FIELD_LISTS.get((item, name))
    return (codes.label(notation) if codes else None) or notation
