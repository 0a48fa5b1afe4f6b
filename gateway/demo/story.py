"""The whole story: set up, push, link, play the scenes, prove the log, write down what held.

(1) set-up in `build/demo-data`, made anew at every start
(2) Northvale is generated and every file pushed by its partner, in three waves, each linked before the next, so that
    readers who must not notice the last wave can be asked before and after it
(3) the scenes, over HTTP, with staff signed in at the provider
(4) receipts and the log, verified offline; a tampered copy is found
(5) `build/demo.json`, and the wall time of each part
"""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType

import httpx
from sqlalchemy import Connection

from audit.errors import AuditError
from concept_model.errors import DataSharingError
from gateway.demo import proving
from gateway.demo.counting import administrator, count_everything, count_feeds, wait_for_linkage
from gateway.demo.provider.over_http import SignInFailedError
from gateway.demo.pushing import Pushed, in_waves, judge, push_file, table_of_feeds
from gateway.demo.readers import Json
from gateway.demo.scenes import dispute, fraud, one_school, partner, refusal, share, subject, ways_in, withholding
from gateway.demo.scenes.before import Before
from gateway.demo.setting_up import (
    BUILD,
    Stand,
    clear,
    demo_settings,
    enact,
    make_town,
    register_clients,
    running,
)
from gateway.demo.steps import Play
from gateway.demo.switching_on import switch_on_over_http
from gateway.demo.telling import Teller

HELD, NOT_HELD, NOT_PLAYED, STOPPED = 0, 1, 2, 130
_WAVES = ("council tax first", "most partners", "refuge, health, police and area")


@dataclass(slots=True)
class Story:
    """What has been played so far, and how long each part took."""

    teller: Teller
    plays: list[Play] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    told: Json = field(default_factory=dict)
    pushed: list[Pushed] = field(default_factory=list)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure a part; parts of one name add up."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.times[name] = self.times.get(name, 0.0) + time.monotonic() - started

    def scene(self, name: str, title: str, playing: Callable[[], Play]) -> None:
        """Play a scene. One that breaks off is a step that failed, and the next scene is played all the same."""
        self.teller.chapter(f"{name}  {title}")
        try:
            played = playing()
        except (DataSharingError, AuditError, SignInFailedError, httpx.HTTPError, LookupError, TypeError) as error:
            played = Play(name, title)
            played.act("Play the scene", "it comes to its end", {f"it does: {_where(error)}": False})
        self.teller.steps(played)
        self.plays.append(played)

    @property
    def ok(self) -> bool:
        """Whether everything was played and every step held."""
        return bool(self.plays) and all(play.ok for play in self.plays)


def run_demo(people: int = 2000, seed: int = 1, once: bool = False, register: str = "main") -> int:  # noqa: FBT001, FBT002 - as the command line gives it
    """Play the demo and give its exit status: 0 when every step held, 1 when one did not, 2 when it cannot be played.

    With `once` it ends by itself; else it serves until Ctrl-C. `register` is `main` or `sandbox`.
    """
    teller = Teller()
    with _stoppable():
        try:
            return _play(Story(teller), (people, seed, register), once=once)
        except KeyboardInterrupt:
            teller.say("\nStopped; every process of the demo has ended.")
            return STOPPED
        except (DataSharingError, AuditError) as error:
            teller.say(f"\nThe demo cannot be played: {error}")
            return NOT_PLAYED


def _play(story: Story, given: tuple[int, int, str], *, once: bool) -> int:
    people, seed, register = given
    teller = story.teller
    teller.chapter("Hearthgate", f"Northvale, a borough that does not exist: {people} people, seed {seed}, {register}")
    teller.say("Every name below is invented. They are shown on this screen alone: no log and no file gets them.")
    settings = demo_settings(register)
    with story.part("set up"):
        clear(settings)
        town = make_town(settings, people, seed)
        partners = register_clients(settings, enact(settings))
    story.told = {"people": people, "seed": seed, "register": register}
    started = time.monotonic()
    with running(settings, partners, town) as stand:
        story.times["set up"] += time.monotonic() - started
        with administrator(settings) as connection:
            _tell(story, stand, connection)
        status = _write_down(story)
        if not once:
            _serve_on(stand, teller)
    return status


def _tell(story: Story, stand: Stand, connection: Connection) -> None:
    before = Before()
    _push_everything(story, stand, connection, before)
    with story.part("scenes"):
        _scenes(story, stand, before)
        story.scene("ways", ways_in.TITLE, lambda: ways_in.play(stand, connection))
    with story.part("link"):
        wait_for_linkage(connection)
    with story.part("prove the log"):
        _prove(story, stand, connection)
    feeds = table_of_feeds(count_feeds(connection), stand.town.files, story.pushed)
    story.told |= {"counts": count_everything(connection), "feeds": feeds}


def _push_everything(story: Story, stand: Stand, connection: Connection, before: Before) -> None:
    teller, town, sources = story.teller, stand.town, stand.wiring.register.sources
    owners = {name: sources[feed.profile.source].owner for name, feed in stand.wiring.feeds.items()}
    one_school_files = frozenset({town.book["S9"]["file"], town.book["S9"]["mended_file"]})
    waves = in_waves(town.files, lambda feed: stand.wiring.feeds[feed].profile.source, one_school_files)
    pushed = story.pushed
    kept: tuple[Callable[[Stand], None], ...] = (before.fraud, before.housing, lambda _: None)
    with story.part("switch on"):
        story.told["switched"] = _switch_on(story, stand)
    teller.chapter("What the partners send", "Each file goes over HTTP with its partner's own key, gzipped.")
    for title, wave, keep in zip(_WAVES, waves, kept, strict=True):
        with story.part("push"), teller.progress() as bars:
            bar = bars.add_task(title, total=sum(file["rows"] for file in wave))
            for file in wave:
                partner = stand.partners[owners[str(file["feed"])]]
                pushed.append(push_file(partner, town.folder, file))
                bars.advance(bar, file["rows"])
        with story.part("link"):
            wait_for_linkage(connection)
        with story.part("scenes"):
            keep(stand)
    _judge(story, stand, pushed)
    teller.feeds(table_of_feeds(count_feeds(connection), [one.written for one in pushed], pushed))
    counts = count_everything(connection)
    teller.say(
        f"Linked: {counts['records']} records are {counts['persons']} persons in {counts['households']} households."
    )


def _switch_on(story: Story, stand: Stand) -> Mapping[str, str]:
    story.teller.chapter("Feeds are switched on", "Each starts off: one officer proposes, another decides.")
    said = switch_on_over_http(stand.wiring, stand.desk.reader("W601"), stand.desk.reader("W602"))
    story.teller.say(f"{sum(state == 'on' for state in said.values())} feeds are on.")
    for feed, code in said.items():
        if code != "on":
            story.teller.say(f"  {feed} stays off: {code}")
    return said


def _judge(story: Story, stand: Stand, pushed: list[Pushed]) -> None:
    played = Play("push", "Counts of every feed, against the generated files")
    # P9: the full electoral register serves no purpose here. P10: benefits, while their programme is not confirmed.
    sandbox = stand.settings.register_overlay_dir is not None
    at_the_door = frozenset({"electoral-register"}) if sandbox else frozenset({"electoral-register", "dwp-benefits"})
    judge(played, pushed, at_the_door)
    story.teller.steps(played)
    story.plays.append(played)


def _scenes(story: Story, stand: Stand, before: Before) -> None:
    teller = story.teller
    story.scene("S1", share.TITLE, lambda: share.play(stand, teller, before))
    story.scene("S2", refusal.TITLE, lambda: refusal.play(stand, teller, before))
    story.scene("S3", withholding.TITLE, lambda: withholding.play(stand, teller, before))
    story.scene("S4", dispute.TITLE, lambda: dispute.play(stand))
    story.scene("S9", one_school.TITLE, lambda: one_school.play(stand, teller))
    story.scene("S10", fraud.TITLE, lambda: fraud.play(stand, teller, before))
    story.scene("who", subject.TITLE, lambda: subject.play(stand, teller.say))
    feeds = stand.wiring.feeds
    landlords = [one for one in story.pushed if feeds[str(one.written["feed"])].profile.source == "housing"]
    kept = [str(one.batch["batch_id"]) for one in landlords]
    story.scene("uses", partner.TITLE, lambda: partner.play(stand, kept, teller.say))


def _prove(story: Story, stand: Stand, connection: Connection) -> None:
    def playing() -> Play:
        played, receipts, log = proving.play(stand, connection, story.teller.say)
        story.told |= {"receipts": receipts, "log": log}
        return played

    story.scene("log", proving.TITLE, playing)


def _write_down(story: Story) -> int:
    teller = story.teller
    scenes = {play.name: [step.as_json() for step in play.steps] for play in story.plays}
    told = {**story.told, "scenes": scenes, "seconds": _rounded(story.times), "ok": story.ok}
    path = BUILD / "demo.json"
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False, default=str) + "\n")
    teller.chapter("What held")
    for play in story.plays:
        held = sum(step.ok for step in play.steps)
        teller.say(f"  {play.name:<5}{held} of {len(play.steps)} steps held   {play.title}")
    teller.failures(story.plays)
    teller.times(story.times)
    teller.say(f"{'Every step held.' if story.ok else 'NOT every step held: see above.'} Written to {path}.")
    return HELD if story.ok else NOT_HELD


def _serve_on(stand: Stand, teller: Teller) -> None:
    with _until_told_to_stop() as told:
        teller.chapter("Serving until Ctrl-C")
        teller.staff(stand.town.staff.values())
        address = stand.settings.public_url
        teller.say(f"Pages and API: {address}   contract: {address}/v1/openapi.json")
        teller.say(f"Sign-in codes that would be e-mailed: {stand.desk.issuer}/outbox")
        told.wait()
        teller.say("\nStopping every process of the demo.")


@contextmanager
def _until_told_to_stop() -> Iterator[threading.Event]:
    """An event that Ctrl-C or a polite kill sets: an exception raised while something is printed can be lost."""
    told = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        told.set()

    earlier = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _rounded(times: Mapping[str, float]) -> dict[str, float]:
    return {name: round(seconds, 2) for name, seconds in times.items()}


def _where(error: Exception) -> str:
    """Kind and place of an error, and its words only where they are our own."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None and trace.tb_next is not None and _is_ours(trace.tb_next):
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
    ours = isinstance(error, DataSharingError | AuditError | SignInFailedError)
    return f"{type(error).__name__} at {place}{f': {error}' if ours else ''}"


def _is_ours(trace: TracebackType) -> bool:
    return "gateway" in trace.tb_frame.f_code.co_filename


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite kill stops the demo as Ctrl-C does, so that no process is left behind."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)
