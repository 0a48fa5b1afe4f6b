"""Answers kept from before some feeds arrived, so that the same question can be asked again and compared."""

import json
from dataclasses import dataclass, field
from typing import Any

from gateway.demo import pages
from gateway.demo.readers import Page
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play

EXPLAINED = (
    "Compared byte by byte as JSON, without receipt, request id and instant, which are of the reading, and without "
    "the coverage line, which is of the source and the same for every family."
)
WITHOUT = "the refuge, health and police feeds"


@dataclass(slots=True)
class Before:
    """The content of hit lists and pages, by reader and person."""

    kept: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def fraud(self, stand: Stand) -> None:
        """What the fraud officer finds while the council tax register is all there is."""
        scene = stand.town.book["S10"]
        person = scene["people"]["Joanne Pickering"]
        reader = stand.desk.reader(scene["staff"]["council_tax_fraud_officer"])
        self.keep("fraud officer", "Joanne Pickering", reader.look(person, "council_tax_fraud"))

    def housing(self, stand: Stand) -> None:
        """What housing and Vikram's worker find before police, health and refuge feeds."""
        book = stand.town.book
        rent = stand.desk.reader(book["S3"]["staff"]["rent_officer"])
        worker = stand.desk.reader(book["S3"]["staff"]["early_help_worker"])
        for scene, name in (("S1", "Leanne Cole"), ("S2", "Kelly Marsh"), ("S3", "Vikram Nair")):
            self.keep("rent officer", name, rent.look(book[scene]["people"][name], "tenancy_management"))
        vikram = book["S3"]["people"]["Vikram Nair"]
        self.keep("Vikram's worker", "Vikram Nair", worker.look(vikram, "early_help"))

    def keep(self, reader: str, person: str, page: Page) -> None:
        """Remember an answer."""
        self.kept[reader, person] = _content(page)

    def compare_hits(self, played: Play, reader: str, person: str, page: Page, without: str) -> None:
        """The same search again: the hit list must be the same bytes."""
        hits, _ = self.kept.get((reader, person), ("", ""))
        hits_now, _ = _content(page)
        checks = {"somebody was found before": '"family_id"' in hits, "the hit list is byte-equal": hits == hits_now}
        played.act(
            f"{_capital(reader)} searches for {person} again",
            f"hit list byte-equal without {without}",
            checks,
            status=page.search.status,
        )

    def compare(self, played: Play, reader: str, person: str, page: Page, without: str = WITHOUT) -> None:
        """The same question again: hit list and page must be the same bytes."""
        hits, profile = self.kept.get((reader, person), ("", ""))
        hits_now, profile_now = _content(page)
        checks = {
            "the page was there before": '"family_id"' in profile,
            "the hit list is byte-equal": hits == hits_now,
            f"the page is byte-equal{_where(profile, profile_now)}": profile == profile_now,
        }
        played.act(
            f"{_capital(reader)} looks {person} up again",
            f"byte-equal without {without}",
            checks,
            status=page.search.status if page.family is None else page.family.status,
            page=pages.page_of(page.profile),
        )


def _capital(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _content(page: Page) -> tuple[str, str]:
    return _text(page.search.body), _text(page.family.body if page.family is not None else None)


def _text(body: Any) -> str:
    return json.dumps(pages.lasting(body), ensure_ascii=False)


def _where(before: str, after: str) -> str:
    """Members that differ, by name: no value is told."""
    if before == after:
        return ""
    one, other = json.loads(before or "null") or {}, json.loads(after or "null") or {}
    return f" (differs in {', '.join(sorted(n for n in one.keys() | other.keys() if one.get(n) != other.get(n)))})"
