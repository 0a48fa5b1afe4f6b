"""S3, silent withholding: Priya and Rohan are in a refuge, and Vikram's readers cannot tell."""

import json

from gateway.demo import pages
from gateway.demo.readers import Page
from gateway.demo.scenes.before import EXPLAINED, Before
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play
from gateway.demo.telling import Teller

TITLE = "Silent withholding"
_DESK = "Location protected: call the desk"


def play(stand: Stand, teller: Teller, before: Before) -> Play:
    """The same questions after the refuge's file came as before it; then who may know."""
    played = Play("S3", TITLE)
    teller.say(EXPLAINED)
    book = stand.town.book["S3"]
    people, staff = book["people"], book["staff"]
    vikram, priya = people["Vikram Nair"], people["Priya Nair"]
    rent = stand.desk.reader(staff["rent_officer"]).look(vikram, "tenancy_management")
    before.compare(played, "rent officer", "Vikram Nair", rent)
    worker = stand.desk.reader(staff["early_help_worker"]).look(vikram, "early_help")
    before.compare(played, "Vikram's worker", "Vikram Nair", worker)
    mash = stand.desk.reader(staff["mash_worker"]).look(priya, "front_door")
    advocate = stand.desk.reader(staff["refuge_advocate"]).look(priya, "refuge_support")
    refuge = book["refuge"]
    for reader, page in (("Rent officer", rent), ("Vikram's worker", worker), ("MASH worker", mash)):
        _nowhere(played, reader, page, [refuge["line1"], refuge["line2"], refuge["postcode"], refuge["uprn"]])
    _mash(played, mash)
    _advocate(played, advocate, refuge["line1"])
    teller.views(
        "Vikram, Priya and Rohan Nair",
        [
            ("Rent officer (Vikram)", rent.profile, ""),
            ("Vikram's early help worker", worker.profile, ""),
            ("MASH worker (Priya)", mash.profile, ""),
            ("Refuge advocate (Priya)", advocate.profile, ""),
        ],
    )
    return played


def _nowhere(played: Play, reader: str, page: Page, address: list[str]) -> None:
    """Positive control: the page is there and has content; the refuge's address is in no byte of it."""
    told = json.dumps([page.search.body, page.family.body if page.family else None], ensure_ascii=False)
    checks = {
        "the page is there": bool(page.profile),
        "no part of the refuge's address is in the answer": not any(part and part in told for part in address),
    }
    played.act(
        f"{reader}'s whole answer is searched for the refuge's address",
        "it is nowhere",
        checks,
        status=page.family.status if page.family is not None else page.search.status,
        page=pages.page_of(page.profile),
    )


def _mash(played: Play, page: Page) -> None:
    checks = {
        "the page opens": bool(page.profile),
        f"'{_DESK}' is said": any(_DESK in line for line in pages.withheld(page.profile)),
    }
    played.act(
        "MASH worker opens Priya",
        f"'{_DESK}'",
        checks,
        status=page.family.status if page.family is not None else page.search.status,
        page=pages.page_of(page.profile),
    )


def _advocate(played: Play, page: Page, line: str) -> None:
    checks = {
        "the page opens": bool(page.profile),
        "the refuge's address is shown": line in pages.homes(page.profile),
        "the safe contact is shown": pages.items(page.profile)["contact.safe"] > 0,
    }
    played.act(
        "Refuge advocate opens Priya",
        "the address, and how to reach her safely",
        checks,
        status=page.family.status if page.family is not None else page.search.status,
        page=pages.page_of(page.profile),
    )
