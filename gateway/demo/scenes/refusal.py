"""S2, correct refusal: Kelly Marsh's arrears, and what nobody learns for asking."""

import httpx

from gateway.demo import pages
from gateway.demo.readers import Answer, Json, Page
from gateway.demo.scenes.before import Before
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play
from gateway.demo.telling import Teller

TITLE = "Correct refusal"
_MANY = 20
_NO_HEALTH = "Your role does not include health information. This does not mean there is any."


def play(stand: Stand, teller: Teller, before: Before) -> Play:
    """Kelly Marsh, as three readers see her."""
    played = Play("S2", TITLE)
    book = stand.town.book["S2"]
    kelly, staff = book["people"]["Kelly Marsh"], book["staff"]
    officer = stand.desk.reader(staff["rent_officer"])
    rent = officer.look(kelly, "tenancy_management")
    _rent(played, rent)
    before.compare(played, "rent officer", "Kelly Marsh", rent)
    graham = officer.look(book["tenant_without_health_record"]["Graham Tully"], "tenancy_management")
    words = _asks_for_health(stand, played, rent, graham)
    marac = stand.desk.reader(staff["marac_housing_lead"])
    _no_case(played, marac.look(kelly, "marac"))
    named = marac.look(kelly, "marac", case_reference=book["marac_case"])
    _marac(played, named)
    worker = stand.desk.reader(staff["early_help_worker"]).look(kelly, "early_help")
    _worker(played, worker)
    teller.views(
        "Kelly Marsh",
        [
            ("Rent officer", rent.profile, ""),
            (f"MARAC housing lead, {book['marac_case']}", named.profile, ""),
            ("Allocated early help worker", worker.profile, ""),
            ("Rent officer asks for health", None, words),
        ],
    )
    return played


def _rent(played: Play, page: Page) -> None:
    profile = page.profile
    shown = pages.items(profile)
    checks = {
        "the arrears of 1210 pounds are shown": any(
            "1210" in str(fact["values"]) for fact in pages.of_item(profile, "housing.arrears")
        ),
        f"the page holds at least {_MANY} items": int(profile.get("items_shown", 0)) >= _MANY,
        "housing is the only source": pages.sources(profile) == {"housing"},
        "nothing but the tenancy": bool(shown) and all(item.startswith("housing.") for item in shown),
        "no health, no risk": not any(item.startswith(("health.", "da.")) for item in shown),
    }
    played.act(
        "Rent officer opens the tenant",
        "arrears only; nothing of police, health or refuge",
        checks,
        status=_status(page),
        page=pages.page_of(profile),
    )


def _asks_for_health(stand: Stand, played: Play, kelly: Page, graham: Page) -> str:
    officer = stand.desk.reader(stand.town.book["S2"]["staff"]["rent_officer"])
    first, second = (
        officer.ask("request", 1, "POST", "/v1/access-requests", json=_health(page)) for page in (kelly, graham)
    )
    checks = {
        "both tenants' pages were there": bool(kelly.family_id and graham.family_id),
        "refused": first.status == second.status == httpx.codes.FORBIDDEN,
        "in the words for the role": first.words == _NO_HEALTH,
        "the same answer as for a tenant without a health record": _told(first) == _told(second),
    }
    played.act(
        "Rent officer asks for health",
        "refused in the same words as for a tenant of whom health holds nothing",
        checks,
        status=first.status,
    )
    return first.words


def _health(page: Page) -> Json:
    return {
        "purpose": "tenancy_management",
        "items": ["health.flag", "health.appointment"],
        "reason": "Would like to know whether the tenant is ill",
        "family_id": page.family_id,
    }


def _told(answer: Answer) -> Json:
    """What the answer says, without the ids of the request itself."""
    return {name: value for name, value in answer.body.items() if name not in {"instance", "receipt"}}


def _no_case(played: Play, page: Page) -> None:
    shown = pages.items(page.profile)
    checks = {
        "the search itself is answered": page.search.ok,
        "no risk is shown": not any(item.startswith("da.") for item in shown),
        "no safe contact is shown": "contact.safe" not in shown,
    }
    played.act(
        "MARAC housing lead looks without naming a case",
        "no risk level and no safe contact",
        checks,
        status=_status(page),
        page=pages.page_of(page.profile),
    )


def _marac(played: Play, page: Page) -> None:
    profile = page.profile
    shown = pages.items(profile)
    told = [str(fact["values"]).lower() for fact in pages.of_item(profile, "da.")]
    checks = {
        "the risk level is high": any("high" in values for values in told),
        "the lock change is shown": any(
            "lock change" in str(fact["values"]).lower() for fact in pages.of_item(profile, "housing.safety")
        ),
        "the safe contact is shown": shown["contact.safe"] > 0,
        "no health": not any(item.startswith("health.") for item in shown),
        "no arrears": "housing.arrears" not in shown,
    }
    played.act(
        "MARAC housing lead opens the named MARAC case",
        "risk level, lock change, safe contact, no health",
        checks,
        status=_status(page),
        page=pages.page_of(profile),
    )


def _worker(played: Play, page: Page) -> None:
    profile = page.profile
    shown = pages.items(profile)
    checks = {
        "arrears are shown": shown["housing.arrears"] > 0,
        "attendance is shown": shown["education.attendance"] > 0,
        "no health entry is shown": not any(item.startswith("health.") for item in shown),
        "no risk is shown": not any(item.startswith(("da.", "crime.")) for item in shown),
        "police, health and refuge are no source": not pages.sources(profile) & {"police", "health", "refuge"},
    }
    played.act(
        "Allocated early help worker opens the family, which agreed to help",
        "arrears and attendance",
        checks,
        status=_status(page),
        page=pages.page_of(profile),
    )


def _status(page: Page) -> int:
    return page.family.status if page.family is not None else page.search.status
