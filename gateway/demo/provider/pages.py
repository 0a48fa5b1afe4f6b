"""The provider's pages: plain HTML, no script, a strict policy."""

from itertools import groupby
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.demo.provider.staff import StaffMember

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Pages:
    """Renders a template with the headers that every page carries."""

    def __init__(self, form_targets: list[str]) -> None:
        """`form_targets`: origins that a form's redirects may end at (CSP3 section 6.4.1 counts redirects)."""
        self._policy = "; ".join(
            [
                "default-src 'none'",
                "style-src 'self'",
                "img-src 'self'",
                " ".join(["form-action 'self'", *form_targets]),
                "base-uri 'none'",
                "frame-ancestors 'none'",
            ]
        )

    def render(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """One page."""
        headers = {
            "Content-Security-Policy": self._policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return HTMLResponse(_TEMPLATES.get_template(template).render(**values), status, headers)


def by_agency(members: list[StaffMember]) -> list[tuple[str, list[StaffMember]]]:
    """Members by agency, then role, with the agency's code in words."""
    ordered = sorted(members, key=lambda member: (member.agency, member.role, member.name))
    return [(in_words(agency), list(group)) for agency, group in groupby(ordered, key=lambda member: member.agency)]


def in_words(code: str) -> str:
    """A code of the register as words: `early_help_worker` is "Early help worker"."""
    return code.replace("_", " ").capitalize()
