"""The story on the terminal. It shows invented people's names: a reader's own screen, no log and no file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from gateway.demo import pages
from gateway.demo.readers import Json
from gateway.demo.steps import Play, Step

_TABLE_WIDTH = 110


class Teller:
    """Prints; decides nothing."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    def chapter(self, title: str, words: str = "") -> None:
        """A heading, and what it is about."""
        self.console.print()
        self.console.rule(f"[bold]{escape(title)}", align="left")
        if words:
            self.console.print(escape(words))

    def say(self, words: str) -> None:
        """A line of the story."""
        self.console.print(escape(words))

    def progress(self) -> Progress:
        """Bars for files and rows; nothing but their end is printed where there is no terminal."""
        return Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("rows"),
            TimeElapsedColumn(),
            console=self.console,
        )

    def feeds(self, found: Mapping[str, Json]) -> None:
        """One line a feed: format, rows, taken, handed back, refused at the door, and the items that came of it.

        Then what was not kept, and why a feed was refused.
        """
        table = Table(title=f"What was pushed: {len(found)} feeds", title_justify="left", expand=False)
        table.add_column("feed", no_wrap=True)
        table.add_column("format")
        for heading in ("files", "rows", "taken", "back", "refused", "flags", "facts", "items"):
            table.add_column(heading, justify="right", no_wrap=True)
        for feed, one in found.items():
            numbers = ("files", "rows", "accepted", "rejected", "refused", "flagged", "facts_new")
            cells = (str(one[name]) for name in numbers)
            table.add_row(feed, " ".join(one["formats"]), *cells, str(len(one["items"])))
        # Wider than a narrow terminal, and no figure is worth less than its line.
        width = max(self.console.width, _TABLE_WIDTH)
        Console(file=self.console.file, width=width, force_terminal=self.console.is_terminal).print(table)
        for feed, one in found.items():
            if one["items"]:
                self.say(f"  {feed}: {', '.join(one['items'])}")
            if one["columns_not_kept"]:
                self.say(f"  {feed}: not kept, as no agreement covers it: {_named(one['columns_not_kept'])}")
            if one["refused_because"]:
                self.say(f"  {feed}: refused at the door. {' '.join(one['refused_because'])}")

    def views(self, title: str, views: Sequence[tuple[str, Json | None, str]]) -> None:
        """Each role's view side by side: (role, page or None, the reason where there is none)."""
        table = Table(title=title, title_justify="left", show_lines=True, expand=True)
        table.add_column("")
        for role, _, _ in views:
            table.add_column(role, overflow="fold")
        rows: dict[str, Callable[[Json], str]] = {
            "family": lambda p: ", ".join(pages.members(p)),
            "addresses": _addresses,
            "items shown": lambda p: f"{p['items_shown']}: " + _counts(p),
            "withheld": lambda p: "\n".join(pages.withheld(p)),
            "advice": lambda p: "\n".join(p["advice"]),
            "because of": lambda p: "\n".join(f"{one['title']} ({one['clause']})" for one in p["agreements"]),
        }
        for label, cell in rows.items():
            cells = [cell(profile) if profile else "" for _, profile, _ in views]
            if label == "items shown":
                cells = [text or words for text, (_, _, words) in zip(cells, views, strict=True)]
            if any(cells):
                table.add_row(label, *map(escape, cells))
        self.console.print(table)

    def steps(self, play: Play) -> None:
        """Each step: held or not, and what came instead."""
        for step in play.steps:
            self._step(step)

    def failures(self, plays: Iterable[Play]) -> None:
        """Every step that did not hold, with what was expected and what came."""
        for play in plays:
            for step in play.steps:
                if not step.ok:
                    self.console.print(
                        Panel(
                            f"expected: {escape(step.expected)}\ngot: {escape(step.got)}",
                            title=f"FAILED {play.name}: {escape(step.step)}",
                            title_align="left",
                            border_style="red",
                        )
                    )

    def times(self, parts: Mapping[str, float]) -> None:
        """Wall time of each part."""
        table = Table(title="Wall time", title_justify="left")
        table.add_column("part")
        table.add_column("seconds", justify="right")
        for part, seconds in parts.items():
            table.add_row(part, f"{seconds:.1f}")
        table.add_row("[bold]all", f"[bold]{sum(parts.values()):.1f}")
        self.console.print(table)

    def staff(self, staff: Iterable[Mapping[str, Any]]) -> None:
        """Who may sign in."""
        table = Table(title="Who may sign in (codes are in the outbox)", title_justify="left")
        # Two columns: four leave single letters of a role on a terminal of eighty.
        table.add_column("e-mail address", no_wrap=True)
        table.add_column("role, agency, team")
        for one in staff:
            role, agency = one["role"].replace("_", " "), one["agency"].replace("_", " ")
            table.add_row(one["email"], f"{role}, {agency}, {one['team']}")
        self.console.print(table)

    def _step(self, step: Step) -> None:
        mark = "[green]held  [/green]" if step.ok else "[bold red]FAILED[/bold red]"
        self.console.print(f"  {mark} {escape(step.step)}: {escape(step.expected)}")
        if not step.ok:
            self.console.print(f"         [red]{escape(step.got)}")


def _named(columns: Sequence[str]) -> str:
    """Columns by name; those that the feed does not know, which go by their place, as a number."""
    unknown = sum("unknown to this feed" in column for column in columns)
    named = [column for column in columns if "unknown to this feed" not in column]
    return ", ".join((*named, *([f"{unknown} that the feed does not know"] if unknown else [])))


def _addresses(profile: Json) -> str:
    lines = []
    for home, found in pages.homes(profile).items():
        since = min((str(one["valid_from"]) for one in found if one["valid_from"]), default="date not given")
        newest = " (newest)" if any(one["newest"] for one in found) else ""
        lines.append(f"{home} since {since}{newest}, from {', '.join(sorted(_sources(found)))}")
    return "\n".join(lines)


def _sources(found: Iterable[Json]) -> set[str]:
    return {str(one["provenance"]["source"]) for one in found}


def _counts(profile: Json) -> str:
    return ", ".join(f"{count} {item}" for item, count in sorted(pages.items(profile).items()))
