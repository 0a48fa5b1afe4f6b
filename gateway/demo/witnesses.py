"""Two partners' witnesses beside the demo: each has a folder, a key and a process of its own, on the next ports."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from audit.keys import VerifierKey
from gateway.building import ensure_keys, log_signer
from gateway.custody import load_custody
from gateway.demo.steps import DemoError, Play
from gateway.settings import Settings
from gateway.witness.folder import create_witness, open_witness

PARTNERS = ("police", "health")
_READY_WITHIN = 20.0
_WITNESSED_WITHIN = 30.0
_PAUSE = 0.2
_BESIDE = 2
_LAST_PORT = 65_536


@dataclass(slots=True)
class PartnerWitness:
    """A partner's witness and its process, while that runs."""

    folder: Path
    port: int
    process: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    @property
    def key(self) -> VerifierKey:
        """The verifier key, as the partner gives it to everybody."""
        return open_witness(self.folder)[0].verifier()

    def start(self) -> None:
        """Start it, as the partner would; it answers when this returns."""
        command = [sys.executable, "-m", "gateway", "witness", "serve", str(self.folder), "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--beside-parent"], stdout=subprocess.PIPE, text=True)  # noqa: S603 - this very program
        said = self.process.stdout.readline() if self.process.stdout is not None else ""
        if not said.startswith("listening"):
            raise DemoError("a witness does not start; see above")

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(_READY_WITHIN)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None


def make_witnesses(settings: Settings, taken: int) -> dict[str, PartnerWitness]:
    """Make two witnesses that trust the demo's log, and the policy that asks for both; port `taken` is somebody's."""
    if settings.witness_policy is None:
        raise DemoError("the demo's settings name no witness policy")
    ensure_keys(settings)
    log = log_signer(load_custody(settings.keys_dir, ()), settings).verifier()
    made, lines = {}, [f"log {log.encode()}"]
    for partner, port in zip(PARTNERS, _free_ports(settings.port + _BESIDE, taken), strict=False):
        folder = settings.data_dir.parent / "witnesses" / partner
        create_witness(folder, f"{partner}.northvale.example/witness")
        open_witness(folder)[1].trust(log)
        made[partner] = PartnerWitness(folder, port)
        lines.append(f"witness {partner} {made[partner].key.encode()} http://127.0.0.1:{port}/")
    names = " ".join(PARTNERS)
    settings.witness_policy.write_text("\n".join([*lines, f"group both all {names}", "quorum both", ""]))
    return made


@contextmanager
def running_witnesses(witnesses: Mapping[str, PartnerWitness]) -> Iterator[None]:
    """Run them; whichever still runs is ended when the block ends."""
    try:
        for witness in witnesses.values():
            witness.start()
        yield
    finally:
        for witness in witnesses.values():
            witness.stop()


@dataclass(frozen=True, slots=True)
class Asking:
    """How the story asks: each is a call from outside, as a partner or an operator would make it.

    `act` leaves an entry; `fetch` gives the receipt of the newest entry as the API answers it; `verify` checks a
    proof in another process by the partners' keys; `status` is what `hearthgate audit status --json` prints.
    """

    act: Callable[[], None]
    fetch: Callable[[], dict[str, object]]
    verify: Callable[[str], "subprocess.CompletedProcess[str]"]
    status: Callable[[], str]


def play_witnesses(
    played: Play, witnesses: Mapping[str, PartnerWitness], asking: Asking, say: Callable[[str], None]
) -> None:
    """A receipt that both partners have cosigned; one partner's witness stops, and the log goes on and says so."""
    for partner, witness in witnesses.items():
        say(f"The witness of {partner}, as everybody knows it: {witness.key.encode()}")
    receipt = _awaited(asking.fetch, lambda found: found.get("quorum") is True)
    verdict = asking.verify(str(receipt.get("proof", "")))
    say(verdict.stdout.strip())
    checks = {
        "both witnesses have cosigned": receipt.get("witnesses") == len(PARTNERS) and receipt.get("quorum") is True,
        "the receipt verifies offline by their keys": verdict.returncode == 0,
    }
    played.act("Fetch a receipt that two partners' witnesses have cosigned", "2 cosignatures, by their keys", checks)
    witnesses["health"].stop()
    asking.act()
    alone = _awaited(asking.fetch, lambda found: found.get("witnesses") == 1)
    told = _parsed(asking.status())
    say(f"The witness of health was stopped; the log goes on, unwitnessed since {told.get('unwitnessed_since')}")
    checks = {
        "the log goes on": bool(alone.get("proof")),
        "its receipts bear the other's cosignature": alone.get("witnesses") == 1 and alone.get("quorum") is False,
        "they say since when": alone.get("unwitnessed_since") is not None,
        "so does the log's status": told.get("unwitnessed_since") is not None,
    }
    played.act("Stop one of the two witnesses", "the log goes on, and says since when it is unwitnessed", checks)
    witnesses["health"].start()
    again = _awaited(asking.fetch, lambda found: found.get("quorum") is True)
    cosigned = {"both witnesses have cosigned": again.get("witnesses") == len(PARTNERS)}
    played.act("Start it again", "what was signed meanwhile is cosigned", cosigned)


def _awaited(ask: Callable[[], dict[str, object]], is_so: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    """Ask until it is so, or for as long as is reasonable; gives the last answer."""
    deadline = time.monotonic() + _WITNESSED_WITHIN
    answer = ask()
    while not is_so(answer) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
        answer = ask()
    return answer


def _parsed(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _free_ports(first: int, taken: int) -> Iterator[int]:
    for port in (port for port in range(first, _LAST_PORT) if port != taken):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port
