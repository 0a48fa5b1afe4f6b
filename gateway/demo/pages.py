"""What a family page says, in the few lines that a comparison of roles needs."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from gateway.demo.readers import Json, names_of

_BLOCKS = ("circumstances", "events", "interventions", "goals", "professionals")
_VARYING = frozenset({"receipt", "request_id", "at", "coverage"})
_NOT_IN_ROLE = re.compile(r"Your role does not include (.+) information\. This does not mean there is any\.")


def facts(profile: Json) -> list[Json]:
    """Every entry of the page beside identities and addresses."""
    return [fact for block in _BLOCKS for fact in profile.get(block, [])]


def items(profile: Json) -> Counter[str]:
    """How many entries of each item the page shows."""
    return Counter(str(fact["item"]) for fact in facts(profile))


def of_item(profile: Json, prefix: str) -> list[Json]:
    """Entries whose item begins so."""
    return [fact for fact in facts(profile) if str(fact["item"]).startswith(prefix)]


def sources(profile: Json) -> set[str]:
    """Every source that the page quotes, in facts, addresses, relationships or a heading."""
    quoted = (*facts(profile), *profile.get("addresses", []), *profile.get("relationships", []))
    by_title = {str(line["title"]): str(line["source"]) for line in profile.get("coverage", [])}
    identities = (member["identity"] for member in profile.get("members", []))
    titles = (title for identity in identities for value in _golden(identity) for title in value["sources"])
    return {str(one["provenance"]["source"]) for one in quoted} | {by_title.get(title, title) for title in titles}


def members(profile: Json) -> list[str]:
    """Headings of the members, in the page's order."""
    return [min(names_of(member["identity"]), default="no name") for member in profile.get("members", [])]


def homes(profile: Json) -> dict[str, list[Json]]:
    """Addresses by their first line."""
    found: dict[str, list[Json]] = {}
    for address in profile.get("addresses", []):
        found.setdefault(str(address["lines"][0]) if address["lines"] else "?", []).append(address)
    return found


def dated(addresses: Iterable[Json], since: str) -> bool:
    """Whether one of these addresses begins on that day."""
    return any(address["valid_from"] == since for address in addresses)


def withheld(profile: Json) -> list[str]:
    """Withheld lines, those of the role drawn together into one sentence."""
    sentences = [str(line["sentence"]) for line in profile.get("withheld", [])]
    kinds = [found[1] for sentence in sentences if (found := _NOT_IN_ROLE.fullmatch(sentence))]
    others = [sentence for sentence in sentences if not _NOT_IN_ROLE.fullmatch(sentence)]
    if kinds:
        others.append(f"Your role does not include: {', '.join(kinds)}. This does not mean there is any.")
    return others


def page_of(profile: Json) -> tuple[int, list[str]]:
    """Items shown and withheld lines, as a step records them."""
    return int(profile.get("items_shown", 0)), withheld(profile)


def lasting(body: Any) -> Any:
    """An answer without what differs from one reading to the next.

    Receipt, request id and instant are of the reading; the coverage line is of the source, the same for every family,
    and moves when the source's feed arrives.
    """
    return {name: value for name, value in body.items() if name not in _VARYING} if isinstance(body, dict) else body


def _golden(identity: Json) -> list[Json]:
    plain = [value for name, group in identity.items() if name != "identifiers" for value in group]
    return plain + [value for _, value in identity.get("identifiers", [])]
