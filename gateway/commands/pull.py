"""`hearthgate pull`: pull from a partner's API now or on its rhythm, or say how every pull stands."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict

import typer

from gateway.commands.files import CommandError
from gateway.commands.settings import read_settings
from gateway.pull.sources import PullSource, read_pull_sources

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_FAILED = 1
_LOOK_EVERY = 5.0


@app.command()
def pull(
    feed: str | None = typer.Argument(None, metavar="FEED", help="Pull, or feed that one pulls; none: how all stand."),
    once: bool = typer.Option(False, "--once", help="Run once, due or not, and end."),
    start_over: bool = typer.Option(False, "--start-over", help="Forget how far it has come, and pull everything."),
) -> None:
    """Pull what a partner's API holds for a feed, as the file of pulls says (HEARTHGATE_PULLS_FILE).

    A JSON line a run. Without --once it goes on at the pull's own rhythm until it is stopped.
    Exit 0: pulled. 1: the last run broke off; the line says why.
    """
    settings = read_settings()
    sources = read_pull_sources(settings.pulls_file)
    if not sources:
        raise CommandError("no pull is set up; HEARTHGATE_PULLS_FILE names the file of pulls")
    chosen = _chosen(feed, sources) if feed is not None else None
    from gateway.building import build_wiring, running_database  # noqa: PLC0415 - only where there is something to do
    from gateway.usecases.feeds import pulling  # noqa: PLC0415 - only where there is something to do

    with running_database(settings) as running:
        wiring = build_wiring(settings, running)
        try:
            if chosen is None:
                for state in pulling.pull_states(wiring, list(sources.values())):
                    _tell(state)
                return
            if start_over:
                pulling.start_over(wiring, chosen)
            if once:
                raise typer.Exit(_run(lambda: pulling.run_pull(wiring, chosen)))
            _keep_on(lambda: pulling.pull_due(wiring, [chosen]))
        finally:
            wiring.database.dispose()


def _chosen(name: str, sources: dict[str, PullSource]) -> PullSource:
    found = [one for one in sources.values() if name in {one.name, one.feed}]
    if not found:
        raise CommandError("the file of pulls has no pull of that name and none that fills that feed")
    if len(found) > 1 and name not in sources:
        raise CommandError("several pulls fill that feed; name one of them")
    return sources.get(name, found[0])


def _run(run: Callable[[], object]) -> int:
    state = run()
    _tell(state)
    return _FAILED if getattr(state, "failures", 0) else 0


def _tell(state: object) -> None:
    typer.echo(json.dumps(asdict(state), default=str))  # type: ignore[call-overload]  # a dataclass of the use case


def _keep_on(run: Callable[[], object]) -> None:
    stopped = threading.Event()
    try:
        while not stopped.is_set():
            run()
            stopped.wait(_LOOK_EVERY)
    except KeyboardInterrupt:
        stopped.set()
