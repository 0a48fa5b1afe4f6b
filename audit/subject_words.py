"""Sentences of a subject report: who looked, by job and team, when, what for, and what they had to do with the person.

Pure, and here rather than with the pages, so that the offline verifier writes the sentences again from the proved
values and finds any line that a report leaves out or tells otherwise. No code is ever shown: what has no title gets a
sentence of its own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from audit.entry import EventClass, Outcome, Phase, Reason


class Capacity(StrEnum):
    """In what capacity the report was asked for: about oneself, as a parent of a child, on somebody's behalf."""

    SELF = "self"
    PARENT = "parent"
    REPRESENTATIVE = "representative"


@dataclass(frozen=True, slots=True)
class Voice:
    """How a report speaks of the person that it is about."""

    whom: str
    family: str
    were: str


VOICES: Mapping[Capacity, Voice] = {
    Capacity.SELF: Voice("you", "your family", "You were"),
    Capacity.PARENT: Voice("the child", "the child's family", "The child was"),
    Capacity.REPRESENTATIVE: Voice("the person", "the person's family", "The person was"),
}


@dataclass(frozen=True, slots=True)
class Titles:
    """What the council calls its agencies (by code), roles (by `agency/role`) and purposes (by code)."""

    agencies: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a subject may see of one entry. `at` is aware; a field that was not opened, or was erased, is `None`.

    Of a combination `moved` says what it did, and `files` from how many files it took records.
    """

    entry_id: str
    event: EventClass
    at: datetime
    agency: str | None = None
    role: str | None = None
    team: str | None = None
    purpose: str | None = None
    reason: str | None = None
    phase: str | None = None
    outcome: str | None = None
    refers_to: str | None = None
    moved: "Moved | None" = None
    files: int = 0


class Moved(StrEnum):
    """What a combination did to the files about a person."""

    JOINED = "joined"
    PARTED = "parted"
    GAVE = "gave"


class Came(StrEnum):
    """What is known to have come of an access."""

    SHOWN = "shown"
    NOTHING = "nothing"
    NOT_SHOWN = "not-shown"
    PERHAPS = "perhaps"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Look:
    """An authorisation and what came of it, as one line. `entries` are the ids of the entries that it tells of."""

    first: Opened
    came: Came
    entries: tuple[str, ...]


_OUTCOMES = {Outcome.DONE: Came.SHOWN, Outcome.NOTHING_FOUND: Came.NOTHING, Outcome.DENIED: Came.NOT_SHOWN}


def fold(entries: Iterable[Opened], not_shown: Iterable[str] = ()) -> list[Look]:
    """Lines, oldest first: each outcome with the authorisation that it refers to, all else by itself.

    `not_shown` are authorisations whose outcome, so the council says, names other people alone.
    """
    ordered = sorted(entries, key=lambda one: (one.at, one.entry_id))
    waiting = {one.entry_id: one for one in ordered if one.phase == Phase.AUTHORISATION}
    without, looks, answered = set(not_shown), [], set()
    for one in ordered:
        if one.phase == Phase.AUTHORISATION:
            continue
        came = _OUTCOMES.get(one.outcome or "", Came.FAILED)  # type: ignore[call-overload]  # a StrEnum is its text
        authorised = waiting.get(one.refers_to or "")
        if authorised is None or not _same_act(authorised, one):
            looks.append(Look(one, came, (one.entry_id,)))
            continue
        answered.add(authorised.entry_id)
        looks.append(Look(one, came, (authorised.entry_id, one.entry_id)))
    for entry_id, one in waiting.items():
        if entry_id not in answered:
            looks.append(Look(one, Came.NOT_SHOWN if entry_id in without else Came.PERHAPS, (entry_id,)))
    return sorted(looks, key=lambda look: (look.first.at, look.entries))


def _same_act(authorised: Opened, outcome: Opened) -> bool:
    """Whether an outcome is of the reader and the purpose that it refers to: else one look would stand for two."""
    return all(
        getattr(authorised, name) == getattr(outcome, name) for name in ("agency", "role", "team", "purpose")
    )  # fmt: skip


def look_words(look: Look, titles: Titles, voice: Voice) -> str:
    """One line in plain English, of short sentences."""
    one = look.first
    if one.event is EventClass.COMBINATION:
        return _lineage_words(one, voice)
    if one.agency is None:
        return f"On {uk_day(one.at)} at {uk_clock(one.at)} there was an entry. What it said has been erased."
    act, rest = _act(look, voice)
    said = [f"{_who(one, titles)} {act} on {uk_day(one.at)} at {uk_clock(one.at)}.", *rest]
    if one.purpose is not None:
        title = titles.purposes.get(one.purpose)
        said.append(f"They did this to {_in_sentence(title)}." if title else _PURPOSE_GONE)
    if (why := _why(one, voice)) is not None:
        said.append(why)
    return " ".join(said)


_PURPOSE_GONE = "The purpose that they gave is no longer in use. Ask us what it was."
_SHOWN = {
    EventClass.COLLECTION: "received information about {whom}",
    EventClass.ALTERATION: "changed information about {whom}",
    EventClass.CONSULTATION: "looked at information about {whom}",
    EventClass.DISCLOSURE: "looked at information about {whom}",
    EventClass.COMBINATION: "joined files about {whom}",
    EventClass.ERASURE: "erased information about {whom}",
    EventClass.SEARCH: "made a search",
    EventClass.EXPORT: "made a copy of information about {whom}",
    EventClass.PRINT: "printed information about {whom}",
    EventClass.SIGN_IN: "signed in",
    EventClass.OVERRIDE: "opened information about {whom} in an emergency",
    EventClass.DENIED: "asked to look at information about {whom} and was refused",
    EventClass.VERIFICATION: "checked our records of who looked at information about {whom}",
    EventClass.CONFIGURATION: "made a decision about information about {whom}",
}
_LISTED = {
    Came.SHOWN: "{were} in the list that it showed.",
    Came.NOTHING: "It showed nothing.",
    Came.NOT_SHOWN: "{were} not in the list that it showed.",
    Came.PERHAPS: "{were} perhaps in the list that it showed.",
    Came.FAILED: "It failed. {were} perhaps in the list that it showed.",
}
_NOT_DONE = {
    Came.NOTHING: ("opened a page about {family}", "There was nothing that they could see."),
    Came.NOT_SHOWN: (
        "was allowed to look at information about {whom}",
        "Our records say that nothing about {whom} was shown.",
    ),
    Came.PERHAPS: (
        "was allowed to look at information about {whom}",
        "Our records do not say what came of it. It may have been looked at.",
    ),
    Came.FAILED: ("tried to look at information about {whom}", "It failed. It may have been looked at."),
}
_REASONS = {
    Reason.ALLOCATED: "They were allocated to {family}.",
    Reason.SAME_TEAM: "They work in the same team as a worker who was allocated to {family}.",
    Reason.MANAGES_TEAM: "They manage a worker who was allocated to {family}.",
    Reason.FRONT_DOOR_DUTY: "It is their job to look at new concerns about children and families.",
    Reason.NAMED_CASE: "They were working on a case that they named.",
    Reason.EMERGENCY: "They said that somebody might be hurt.",
    Reason.OWN_SERVICE: "The information was held by their own service.",
    Reason.ANSWERS_REQUEST: "They were answering a request.",
    Reason.NONE: "We had no record of a link between them and {family}. You can ask us about this.",
}
_WITH_A_FAMILY = frozenset({Reason.ALLOCATED, Reason.SAME_TEAM, Reason.MANAGES_TEAM})
_SEARCH_FOR_WORK = "The search was part of their work with a family."
_SEARCH_NO_LINK = "We had no record of a link between them and the families in the list. You can ask us about this."


def _act(look: Look, voice: Voice) -> tuple[str, list[str]]:
    """What they did, and what is to be said about it beside."""
    event = look.first.event
    if event is EventClass.SEARCH:
        return _SHOWN[event], [_filled(_LISTED[look.came], voice)]
    if look.came is Came.SHOWN or event is EventClass.DENIED:
        return _filled(_SHOWN[event], voice), []
    act, told = _NOT_DONE[look.came]
    return _filled(act, voice), [_filled(told, voice)]


def _why(one: Opened, voice: Voice) -> str | None:
    if one.reason not in set(Reason):
        return None
    reason = Reason(one.reason)
    # An entry holds one reason for all its subjects; of a search it may be about another family in the list.
    if one.event is EventClass.SEARCH and reason in _WITH_A_FAMILY:
        return _SEARCH_FOR_WORK
    if one.event is EventClass.SEARCH and reason is Reason.NONE:
        return _SEARCH_NO_LINK
    return _filled(_REASONS[reason], voice)


def _lineage_words(one: Opened, voice: Voice) -> str:
    told = {
        Moved.JOINED: f"records about {voice.whom} from {_number(one.files)} files were joined into one",
        Moved.PARTED: f"records about {voice.whom} were moved into a file of their own",
        Moved.GAVE: f"some records were moved out of our file about {voice.whom}",
        None: f"our files about {voice.whom} were put in order",
    }
    return f"On {uk_day(one.at)} {told[one.moved]}."


def _who(one: Opened, titles: Titles) -> str:
    agency = titles.agencies.get(one.agency or "")
    at = f" at {agency}" if agency else ""
    if one.role is None:
        return f"A computer system{at}" if agency else "Our own computer system"
    title = titles.roles.get(f"{one.agency}/{one.role}")
    job = _with_article(_in_sentence(title)) if title else "A member of staff"
    # A team's name of digits is a number of somebody's list, not a name that says anything.
    team = one.team.strip() if one.team and re.search(r"[^\W\d_]", one.team) else ""
    if team:
        team = f" in the {team}" if team.casefold().endswith("team") else f" in the {team} team"
    return f"{job}{team}{at}"


def _in_sentence(title: str) -> str:
    """A title within a sentence: `Early help worker` loses its capital, `MASH worker` does not."""
    first = title.partition(" ")[0]
    return title if len(first) > 1 and first.isupper() else title[:1].lower() + title[1:]


_SPELLED_OUT = "AEFHILMNORSX"
_LONGEST_SPELLED = 3


def _with_article(noun: str) -> str:
    first = noun.partition(" ")[0]
    if first.isupper() and 1 < len(first) <= _LONGEST_SPELLED:
        vowel = first[0] in _SPELLED_OUT
    else:
        vowel = first[:1].lower() in tuple("aeiou") and not first.lower().startswith(("uni", "use", "eu", "one"))
    return f"{'An' if vowel else 'A'} {noun}"


def _number(count: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[count] if count < len(words) else str(count)


def _filled(sentence: str, voice: Voice) -> str:
    return sentence.format(whom=voice.whom, family=voice.family, were=voice.were)


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def uk_time(at: datetime) -> datetime:
    """An aware instant as clocks in the United Kingdom show it, without a table of time zones to look it up in.

    Summer time is from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October (Summer Time
    Order 2002). The result is naive.
    """
    plain = at.astimezone(UTC).replace(tzinfo=None)
    summer = _last_sunday(plain.year, 3) <= plain < _last_sunday(plain.year, 10)
    return plain + timedelta(hours=1) if summer else plain


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1)  # noqa: DTZ001 - compared with naive UTC
    return last - timedelta(days=(last.weekday() + 1) % 7)


def uk_day(at: datetime) -> str:
    """`3 November 2026`, as clocks in the United Kingdom show it."""
    local = uk_time(at)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def uk_month(at: datetime) -> str:
    """`November 2026`, as clocks in the United Kingdom show it."""
    local = uk_time(at)
    return f"{_MONTHS[local.month - 1]} {local.year}"


def uk_clock(at: datetime) -> str:
    """`14:05`, as clocks in the United Kingdom show it."""
    return f"{uk_time(at):%H:%M}"
