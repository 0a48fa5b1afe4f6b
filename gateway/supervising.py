"""Child processes of an embedded gateway: started with the same settings, restarted when they die, ended with us."""

import gc
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.settings import Settings

_RESTART_AFTER = 1.0
_GRACE = 10.0
_YOUNG = 20_000
"""New objects that may hold others, after which the collector looks for such as refer to each other and to nobody."""
_ended: Counter[str] = Counter()


def settings_environment(settings: Settings) -> dict[str, str]:
    """The settings as a child process reads them."""
    given = settings.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    named = {f"HEARTHGATE_{name.upper()}": str(value) for name, value in given.items()}
    return {**os.environ, **named}


def stop_with_parent(stop: threading.Event) -> None:
    """Set `stop` when the process that started this one is gone, killed or not: nothing outlives its gateway."""
    parent = os.getppid()

    def watch() -> None:
        while not stop.wait(_RESTART_AFTER):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()


@contextmanager
def stop_on_signal(*, beside_parent: bool = False) -> Iterator[threading.Event]:
    """An event that is set when this process is told to stop, or when the parent that it runs beside is gone."""
    stop = threading.Event()
    if beside_parent:
        stop_with_parent(stop)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    yield stop


def spare_what_stays() -> None:
    """Libraries and wiring stay to the end: the collector need not go through them for every million small values.

    Nor need it look at some hundred new ones at a time: what is held by thousands holds nothing that refers to itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


def times_ended(command: str) -> int:
    """How often a child of this process that runs `hearthgate <command>` has ended by itself."""
    return _ended[command]


@contextmanager
def supervised(settings: Settings, command: str) -> Iterator[None]:
    """Keep `hearthgate <command>` running beside this process."""
    stop = threading.Event()
    child: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not stop.is_set():
            process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-m", "gateway", command, "--beside-parent"], env=settings_environment(settings)
            )
            child[:] = [process]
            process.wait()
            _ended[command] += not stop.is_set()
            stop.wait(_RESTART_AFTER)

    keeper = threading.Thread(target=keep, name=f"keep-{command}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        if child:
            child[0].terminate()
        keeper.join(_GRACE)
        if child and child[0].poll() is None:
            child[0].kill()
