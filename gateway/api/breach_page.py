"""The breach form as a page to print: plain HTML, which needs nothing beside it."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from gateway.usecases.feeds.working_days import LONDON
from gateway.usecases.linking.breach_forms import BreachForm

_STYLE = "body{font:12pt sans-serif;max-width:45em;margin:2em auto}dt{font-weight:bold;margin-top:1em}dd{margin:0}"


def breach_page(form: BreachForm) -> str:
    """The whole document, in UTF-8."""
    parts = (
        ("Controller (Art 4(7))", [form.controller]),
        ("Contact (Art 33(3)(b))", [form.contact]),
        ("Found", [_time(form.found_at)]),
        ("The Commissioner is told by, unless no risk is likely (Art 33(1))", [_time(form.notify_by)]),
        ("From when until when", [f"{_time(form.began_at)} to {_time(form.ended_at)}"]),
        ("Nature (Art 33(3)(a))", [form.nature]),
        ("People concerned, about", [f"{form.people}: {'; '.join(form.categories_of_people)}"]),
        ("Records concerned, about", [str(form.records)]),
        ("Kinds of data", [_category(*one) for one in _categories(form)]),
        ("Who was shown it and has been told", _readers(form)),
        ("Likely consequences (Art 33(3)(c))", [form.consequences]),
        ("Measures (Art 33(3)(d))", [form.measures]),
        ("For the data protection officer to decide and write here", form.to_decide),
        ("Known in the log as", [f"breach {form.breach_id}, decision {form.decision_id}"]),
    )
    body = "".join(f"<dt>{escape(name)}</dt>{_lines(lines)}" for name, lines in parts)
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Personal data breach</title>'
        f"<style>{_STYLE}</style></head><body><h1>Personal data breach: a page that was of two people</h1>"
        f"<dl>{body}</dl></body></html>\n"
    )


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"<dd>{escape(line)}</dd>" for line in lines)


def _categories(form: BreachForm) -> Iterable[tuple[str, int, str]]:
    return ((one.label, one.facts, one.special_category) for one in form.categories_of_data)


def _category(label: str, facts: int, special: str) -> str:
    return f"{label}: {facts}" + (f" ({special})" if special != "none" else "")


def _readers(form: BreachForm) -> list[str]:
    return [f"{form.readers} in all"] + [
        f"{one.people}: {one.role or 'no role'}, {one.team or 'no team'}, {one.agency}" for one in form.readers_by_role
    ]


def _time(at: datetime) -> str:
    return at.astimezone(LONDON).strftime("%-d %B %Y, %H:%M")
