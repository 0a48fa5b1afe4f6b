"""Push what the partners send, over HTTP and with each partner's own credentials, and hold it to what was written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.demo.steps import Play
from gateway.push_client import MEDIA_TYPES, PartnerClient, PushedFile, PushError, content_key

FIRST = frozenset({"council_tax"})
"""The register of council tax alone: what the fraud officer finds in it is compared later (S10)."""
LAST = frozenset({"refuge", "health", "police", "area"})
"""Sources whose arrival must change nothing for the housing officer and for Vikram's worker (S1, S2, S3)."""
_NOT_SENT = "push-failed"
_OFF = "feed is off"
_NUMBERS = ("files", "rows", "accepted", "rejected", "refused", "flagged", "facts_new")
_UNKNOWN = "unknown to this feed"


@dataclass(frozen=True, slots=True)
class Pushed:
    """One file: what the generator wrote of it, and what the gateway said became of it."""

    written: Mapping[str, Any]
    batch: Mapping[str, Any]

    @property
    def at_the_door(self) -> bool:
        """Refused whole, as no agreement or law in force covers it, or nobody could switch its feed on."""
        return self.batch.get("code") == "supply-not-agreed" or self._is_off

    @property
    def _is_off(self) -> bool:
        return self.batch.get("code") == _NOT_SENT and _OFF in str(self.batch["message"])

    def disagreements(self, refused_at_door: bool) -> dict[str, bool]:  # noqa: FBT001 - what is expected of this feed
        """Claims about this batch and whether they hold."""
        if self.batch.get("code") == _NOT_SENT and not (refused_at_door and self._is_off):
            return {f"the push came through ({self.batch['message']})": False}
        if refused_at_door:
            return {"refused at the door, with nothing read": self.at_the_door and self.batch["rows"] == 0}
        written, batch = self.written, self.batch
        turned_away = written["bad_by_code"].get("handling-refused", 0)
        name = written["file"]
        return {
            f"{name}: rows {written['rows']}, not {batch['rows']}": batch["rows"] == written["rows"],
            f"{name}: accepted {written['expected_accepted']}, not {batch['accepted']}": batch["accepted"]
            == written["expected_accepted"],
            f"{name}: refused {turned_away}, not {batch['refused']}": batch["refused"] == turned_away,
            f"{name}: handed back {written['bad_rows'] - turned_away}, not {batch['rejected']}": batch["rejected"]
            == written["bad_rows"] - turned_away,
            f"{name}: flagged {written['flagged_rows']}, not {batch['flagged']}": batch["flagged"]
            == written["flagged_rows"],
            f"{name}: uncovered columns are not kept": _not_kept(
                written["uncovered_columns"], batch["columns_not_kept"]
            ),
        }


def in_waves(
    files: Iterable[Mapping[str, Any]], source_of: Callable[[str], str], skipped: frozenset[str]
) -> list[list[Mapping[str, Any]]]:
    """Files in three waves: council tax, most sources, and those that must change nothing for some readers."""
    waves: list[list[Mapping[str, Any]]] = [[], [], []]
    for file in files:
        if file["file"] not in skipped:
            source = source_of(str(file["feed"]))
            waves[0 if source in FIRST else 2 if source in LAST else 1].append(file)
    return waves


def push_file(partner: PartnerClient, folder: Path, written: Mapping[str, Any]) -> Pushed:
    """Push one file and read back what became of it. A push that does not come through is a batch that says so."""
    path = folder / str(written["file"])
    body = path.read_bytes()
    feed = str(written["feed"])
    file = PushedFile(feed, body, MEDIA_TYPES[f".{written['format']}"], content_key(feed, body))
    try:
        return Pushed(written, partner.push(file))
    except PushError as error:
        nothing = dict.fromkeys(("rows", "accepted", "rejected", "refused", "flagged"), 0)
        return Pushed(written, {**nothing, "columns_not_kept": [], "code": _NOT_SENT, "message": str(error)})


def table_of_feeds(
    found: Mapping[str, Mapping[str, Any]], files: Iterable[Mapping[str, Any]], pushed: Iterable[Pushed]
) -> dict[str, dict[str, Any]]:
    """Every feed with the formats of its files: `found` by SQL, and those that were refused before they were read.

    `rows_in_files` is what was written, as a feed refused at the door is never read.
    """
    table = {feed: {**one, "formats": [], "rows_in_files": 0} for feed, one in found.items()}
    for one in pushed:
        feed = str(one.written["feed"])
        if feed not in table:
            table[feed] = {
                **dict.fromkeys(_NUMBERS, 0), "columns_not_kept": [], "items": [], "formats": [], "rows_in_files": 0,
                "refused_because": [str(one.batch.get("message", ""))],
            }  # fmt: skip
    for file in files:
        feed = str(file["feed"])
        if feed in table:
            table[feed]["rows_in_files"] += file["rows"]
            table[feed]["formats"] = sorted({*table[feed]["formats"], str(file["format"])})
    return table


def judge(play: Play, pushed: Iterable[Pushed], refused_feeds: frozenset[str]) -> None:
    """One step a feed: the gateway's counts are those of the generated files."""
    by_feed: dict[str, list[Pushed]] = {}
    for one in pushed:
        by_feed.setdefault(str(one.written["feed"]), []).append(one)
    for feed, batches in by_feed.items():
        claims: dict[str, bool] = {}
        for one in batches:
            claims |= one.disagreements(feed in refused_feeds)
        play.act(f"push {feed}", f"{len(batches)} file(s), counts as generated", claims)


def _not_kept(uncovered: Iterable[str], not_kept: Iterable[str]) -> bool:
    """Every uncovered column is reported; one that the feed does not know goes by its place, as a name may tell."""
    unknown = sum(column.endswith(_UNKNOWN) for column in not_kept)
    return len(set(uncovered) - set(not_kept)) <= unknown
