"""A subject report as a page and as plain text: the same words in the same order, from the same values.

Pure, so that the offline verifier writes both again and compares them to the byte.
"""

import html
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from audit.subject_words import VOICES, Capacity, Look, Titles, Voice, look_words, uk_clock, uk_day, uk_month

CLOSING = (
    "The law sometimes lets us leave things out. "
    "We put this sentence in every reply, so it tells you nothing about yours."
)
"""The last line of every report, whatever was left out or not."""

TO_SUBJECT = "subject"
RECIPIENTS = {TO_SUBJECT: "the person that it is about", "regulator": "the regulator", "court": "the court"}
"""Whom a release of what was held back may be for, and the words for it."""

_WIDTH = 78


@dataclass(frozen=True, slots=True)
class Release:
    """That two officers decided to give what is otherwise held back: when the second did, and to whom it goes."""

    decided_at: datetime
    recipient: str


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a report says. Instants are aware.

    `proved` are the lines up to `proved_until`, `later` those from then until `made_at`. `release` is set where this
    is the list of what is otherwise held back, `erased` where lists were erased. `contact` is where to write to.
    """

    council: str
    contact: str
    capacity: Capacity
    made_at: datetime
    proved_until: datetime
    proved: Sequence[Look]
    later: Sequence[Look]
    titles: Titles
    release: Release | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the report: a heading, paragraphs, and lines by month."""

    heading: str
    paragraphs: tuple[str, ...]
    months: tuple[tuple[str, tuple[str, ...]], ...] = ()


def as_text(letter: Letter) -> str:
    """The report as plain text in lines of at most 78 letters; the last one, however long, is the closing sentence."""
    lines = [title_of(letter), "=" * len(title_of(letter)), ""]
    for block in _blocks(letter):
        if block.heading:
            lines += [block.heading, "-" * len(block.heading), ""]
        for paragraph in block.paragraphs:
            lines += [*textwrap.wrap(paragraph, _WIDTH), ""]
        for month, said in block.months:
            lines += [month, ""]
            for one in said:
                lines += [*textwrap.wrap(one, _WIDTH, initial_indent="* ", subsequent_indent="  "), ""]
    return "\n".join([*lines, CLOSING, ""])


def as_html(letter: Letter) -> str:
    """The report as one page that needs nothing beside it: no script, no address, no picture."""
    title = html.escape(title_of(letter))
    body = "\n".join(part for block in _blocks(letter) for part in _html_of(block))
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n<h1>{title}</h1>\n{body}\n<p>{html.escape(CLOSING)}</p>\n</main>\n</body>\n</html>\n"
    )


def title_of(letter: Letter) -> str:
    """What the report is called."""
    whom = VOICES[letter.capacity].whom
    if letter.release is not None:
        return f"Who looked at information about {whom}: what was held back"
    return f"Who looked at information about {whom}"


def _blocks(letter: Letter) -> Iterator[Block]:
    voice = VOICES[letter.capacity]
    until, now = _moment(letter.proved_until), _moment(letter.made_at)
    yield Block("", tuple(_opening(letter, voice)))
    complete = "Up to that time nothing that we held back is missing from this list." if letter.release else _COMPLETE
    said = _months(letter, letter.proved, voice)
    erased = (_ERASED,) if letter.erased else ()
    yield Block(f"Up to {until}", (f"{complete} The file report.json proves it.", *erased, *_none(said)), said)
    said = _months(letter, letter.later, voice)
    yield Block(f"After that, up to {now}", (_LATER, *_none(said)), said)
    yield Block("If something looks wrong", (f"Tell us. Write to {letter.contact}.", _COMPLAIN))
    yield Block("How to check this report", (_CHECK,))


_COMPLETE = "Up to that time nothing that we may tell is missing from this list."
_ERASED = "Some of our lists of who looked were erased, as the law lets us or asks us to do."
_LATER = "We prove the list every hour. What happened since cannot be proved yet. To get the proof, ask us again later."
_COMPLAIN = "You can also complain to the Information Commissioner's Office."
_CHECK = (
    "You do not have to believe us. Anybody can check this folder on their own computer, without asking us. The free "
    "program is called audit.verify. It finds every line that was changed, or left out of the first list."
)


def _opening(letter: Letter, voice: Voice) -> Iterator[str]:
    yield f"{letter.council} made this report on {uk_day(letter.made_at)}."
    if letter.release is not None:
        yield (
            f"On {uk_day(letter.release.decided_at)} two officers decided that this list may be given to "
            f"{RECIPIENTS[letter.release.recipient]}. It holds what we leave out of other replies."
        )
    yield (
        f"It lists who looked at information about {voice.whom}, and who was allowed to. It lists searches that found "
        f"{voice.whom}. It says when files about {voice.whom} were joined or divided."
    )
    yield "We give people's jobs and teams. We do not give their names."


def _months(letter: Letter, looks: Iterable[Look], voice: Voice) -> tuple[tuple[str, tuple[str, ...]], ...]:
    by_month = groupby(looks, key=lambda look: uk_month(look.first.at))
    return tuple((month, tuple(look_words(one, letter.titles, voice) for one in said)) for month, said in by_month)


def _none(said: Sequence[object]) -> tuple[str, ...]:
    return () if said else ("There is nothing in this list.",)


def _moment(at: datetime) -> str:
    return f"{uk_clock(at)} on {uk_day(at)}"


def _html_of(block: Block) -> Iterator[str]:
    if block.heading:
        yield f"<h2>{html.escape(block.heading)}</h2>"
    for paragraph in block.paragraphs:
        yield f"<p>{html.escape(paragraph)}</p>"
    for month, said in block.months:
        yield f"<h3>{html.escape(month)}</h3>\n<ul>"
        yield from (f"<li>{html.escape(one)}</li>" for one in said)
        yield "</ul>"


_STYLE = (
    "body{font:1.125rem/1.5 Arial,sans-serif;color:#0b0c0c;background:#fff;margin:0}"
    "main{max-width:42rem;margin:0 auto;padding:1.5rem;overflow-wrap:anywhere}"
    "h1{font-size:2rem;line-height:1.2}h2{font-size:1.5rem;margin-top:2rem}h3{font-size:1.2rem}"
    "li{margin-bottom:.75rem}@media print{main{max-width:none;padding:0}}"
)
