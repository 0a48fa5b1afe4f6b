"""S1, the share that saves a child: one page at the MASH front door, one address for one officer, one notice."""

from gateway.demo import pages
from gateway.demo.readers import Json, Page, is_named
from gateway.demo.scenes.before import Before
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play
from gateway.demo.telling import Teller

TITLE = "The share that saves a child"
_OPENED = 2
"""Entries of a notice opened: authorised, shown."""


def play(stand: Stand, teller: Teller, before: Before) -> Play:
    """Aisha Cole, 10, as five readers see her."""
    played = Play("S1", TITLE)
    book = stand.town.book["S1"]
    people, staff = book["people"], book["staff"]
    mash = stand.desk.reader(staff["mash_worker"]).look(people["Aisha Cole"], "front_door")
    _front_door(played, mash, book)
    home = stand.desk.reader(staff["home_education_officer"]).look(people["Aisha Cole"], "home_education")
    _home_education(played, home, book)
    notice = _notice(stand, played, book)
    rent = stand.desk.reader(staff["rent_officer"]).look(people["Leanne Cole"], "tenancy_management")
    before.compare(played, "rent officer", "Leanne Cole", rent)
    teller.views(
        "Aisha Cole, 10",
        [
            ("MASH worker, front door", mash.profile, ""),
            ("Home education officer", home.profile, ""),
            ("School safeguarding lead", None, notice),
            ("Rent officer (the mother's tenancy)", rent.profile, ""),
        ],
    )
    return played


def _front_door(played: Play, page: Page, book: Json) -> None:
    profile = page.profile
    homes = pages.homes(profile)
    old, new = book["old_address"]["line1"], book["new_address"]["line1"]
    newest = {line for line, found in homes.items() if any(address["newest"] for address in found)}
    incidents = pages.of_item(profile, "da.incident")
    concern = [fact["values"] for fact in pages.of_item(profile, "safeguarding.concern")]
    missed = {str(fact["at"] or fact["valid_from"])[:10] for fact in pages.of_item(profile, "health.appointment")}
    provision = pages.of_item(profile, "education.provision")
    checks = {
        "the family is found": page.family is not None and page.family.ok,
        f"{old} is shown": old in homes,
        f"{new} is shown, dated {book['new_address_since']}": pages.dated(
            homes.get(new, []), book["new_address_since"]
        ),
        f"{new} alone is marked newest": newest == {new},
        "the incident of 14 October is shown": any(_day(fact) == book["incident"]["on"] for fact in incidents),
        "both missed appointments are shown": set(book["not_brought"]) <= missed,
        "home education is shown": any(fact["valid_from"] == book["home_education_since"] for fact in provision),
        "the referral is shown": bool(pages.of_item(profile, "care.contact")),
        "the concern is shown as unknown": any("unknown" in map(str, values.values()) for values in concern),
        "police, health, schools and housing stand on one page": {"police", "health", "schools", "housing"}
        <= pages.sources(profile),
        "the foot says whom to call": "call MASH now" in profile.get("foot", ""),
    }
    played.act(
        "MASH worker opens the family for the front door",
        "everything on one page, both addresses dated, the newest marked",
        checks,
        status=_status(page),
        page=pages.page_of(profile),
    )


def _home_education(played: Play, page: Page, book: Json) -> None:
    profile = page.profile
    new = book["new_address"]["line1"]
    checks = {
        "the page opens": bool(profile),
        f"{new} is the only address": set(pages.homes(profile)) == {new},
        "the advice is to speak to MASH": any("Speak to MASH before you visit" in one for one in profile["advice"])
        if profile
        else False,
        "nothing else but that she is home educated": set(pages.items(profile)) <= {"education.provision"},
        "nobody else is named": pages.members(profile) == ["Aisha Cole"],
    }
    played.act(
        "Home education officer opens the child",
        f"{new} and 'Speak to MASH before you visit', nothing else",
        checks,
        status=_status(page),
        page=pages.page_of(profile),
    )


def _notice(stand: Stand, played: Play, book: Json) -> str:
    """The school is told of the incident, and of no other; the words that were found, for the table."""
    staff = book["staff"]
    deputy = stand.desk.reader(staff["deputy_safeguarding_lead"])
    lead = stand.desk.reader(staff["school_safeguarding_lead"])
    handed_on = deputy.ask("notices", 1, "GET", "/v1/notices")
    listed = lead.ask("notices", 1, "GET", "/v1/notices")
    opened = [
        lead.ask("notice", _OPENED, "POST", f"/v1/notices/{one['notice_id']}/read")
        for one in (listed.body if listed.ok else [])
    ]
    mine = [one.body for one in opened if one.ok and is_named(one.body["pupil"], book["people"]["Aisha Cole"])]
    days = {str(incident["at"])[:10] for one in mine for incident in one["incidents"]}
    early = {str(one["notice_id"]) for one in handed_on.body if one["state"] != "overdue"} if handed_on.ok else set()
    sources = {str(incident["source"]) for one in mine for incident in one["incidents"]}
    checks = {
        "the notices can be read": listed.ok and all(one.ok for one in opened),
        "there is one notice about Aisha": len(mine) == 1,
        "it tells the incident of 14 October and no other": days == {book["incident"]["on"]},
        "the charge of 2019 is in no notice": not any(
            book["earlier_charge"]["on"] in str(one.body) for one in (listed, *opened)
        ),
        "police alone are its source": len(sources) == 1,
        "the list names no pupil": "Cole" not in str(listed.body),
        "it has a time to be read by": bool(mine) and bool(mine[0]["read_by"]),
        "the deputy has it only once that time is over": not early & {str(one["notice_id"]) for one in mine},
    }
    played.act(
        "School safeguarding lead reads her notices",
        "the incident of 14 October, not 2019, before the next school day; unread then, the deputy's",
        checks,
        status=listed.status,
    )
    return f"Notice of {', '.join(sorted(days))}, to be read by {mine[0]['read_by']}" if mine else "no notice"


def _day(fact: Json) -> str:
    return str(fact["at"] or fact["valid_from"])[:10]


def _status(page: Page) -> int:
    return page.family.status if page.family is not None else page.search.status
