"""Further ways in: a file put down over SFTP, a partner's API that is asked, and the partner told of both."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from gateway.demo.commands import operate
from gateway.demo.counting import count_everything
from gateway.demo.partner_systems import CLIENT, INCIDENTS, PolicingApi, Receiver, policing, receiving
from gateway.demo.readers import Json
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play

TITLE = "A watched folder, a pull, and the partner told of both"
_POLICE = "northvale_police"
_FEED, _FILE = "police-street", "*-street.csv"
_TOLD = {"batch_id", "feed", "state"}


def play(stand: Stand, connection: Connection) -> Play:
    """The police put down a file, are asked by their own API, and hear what became of both."""
    played = Play("ways", TITLE)
    folder = stand.settings.data_dir.parent / "ways-in"
    folder.mkdir(mode=0o700)
    with receiving() as receiver:
        hook = stand.partners[_POLICE].ask(
            "POST", "/v1/webhooks", {"address": receiver.address, "events": ["batch.finished"]}
        )
        receiver.secret = hook["secret"]
        dropped = _drop(stand, played, connection, folder)
        with policing() as api:
            pulled = _pull(stand, played, api, folder)
        _kept(stand, played)
        _told(played, receiver, {"the file in the folder": dropped, "what was pulled": pulled})
        stand.partners[_POLICE].ask("DELETE", f"/v1/webhooks/{hook['webhook_id']}")
    return played


def _drop(stand: Stand, played: Play, connection: Connection, folder: Path) -> str:
    """The month's file again, by another way: whole once it has its own name, and nothing in it is new."""
    inbox = folder / "sftp-police"
    inbox.mkdir()
    rules = folder / "drops.yaml"
    rules.write_text(
        f"schema: drops/1\nfolders:\n  - name: police-sftp\n    folder: {inbox}\n    agency: {_POLICE}\n"
        f"    client: police-sftp\n    complete: rename\n    files:\n      - {{match: '{_FILE}', feed: {_FEED}}}\n"
    )
    written = next(one for one in stand.town.files if one["feed"] == _FEED)
    before = count_everything(connection)
    shutil.copy(stand.town.folder / str(written["file"]), inbox / "month.part")
    (inbox / "month.part").rename(inbox / str(written["file"]))
    watching = replace(stand, settings=stand.settings.model_copy(update={"drops_file": rules}))
    done = operate(watching, "watch", "--once")
    said = [json.loads(path.read_text()) for path in inbox.glob("taken/*/receipt.json")]
    batch: Json = said[0] if said else {}
    after = count_everything(connection)
    checks = {
        f"the command ends well ({done.stderr.strip()[-200:]})": done.returncode == 0,
        "one receipt lies beside the file": len(said) == 1,
        "every row is taken": batch.get("accepted") == written["expected_accepted"],
        "the signed receipt lies there too": bool(list(inbox.glob("taken/*/receipt.jws"))),
        "the inbox is empty": not list(inbox.glob("*.csv")),
        "nothing is stored twice": before["facts"] == after["facts"],
    }
    played.act("The police put a file into their folder", "taken, with its receipt, nothing stored twice", checks)
    return str(batch.get("batch_id"))


def _pull(stand: Stand, played: Play, api: PolicingApi, folder: Path) -> str:
    secret = folder / "policing-secret"
    secret.touch(mode=0o600)
    secret.write_text(api.secret)
    pulls = folder / "pulls.yaml"
    pulls.write_text(
        "schema: pulls/1\npulls:\n  - name: incidents\n    feed: police-incidents-psdm\n    kind: json-api\n"
        f"    resource: incidents\n    address: {api.address}/psdm/v1\n    client: {CLIENT}\n"
        f"    token_address: {api.address}/token\n    sign_in: client_secret_post\n    secret_file: {secret.name}\n"
    )
    pulling = replace(stand, settings=stand.settings.model_copy(update={"pulls_file": pulls}))
    done = operate(pulling, "pull", "incidents", "--once")
    state: Json = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 and done.stdout else {}
    checks = {
        f"the command ends well ({(done.stderr or done.stdout).strip()[-300:]})": done.returncode == 0,
        f"{INCIDENTS} incidents came": state.get("records") == INCIDENTS,
        "they are a batch like any other": bool(state.get("batch_id")),
    }
    played.act("The council asks the police by their own API", "what it holds comes as a batch", checks)
    return str(state.get("batch_id"))


def _kept(stand: Stand, played: Play) -> None:
    """A person answers for the machine's files at a desk: the analyst whom the police have named."""
    analyst, manager = stand.desk.reader("C101"), stand.desk.reader("S103")
    listed = analyst.send("GET", "/v1/batches")
    files = [one for one in listed.body if one["feed"] == "police-nominals"] if listed.ok else []
    address = f"/v1/batches/{files[0]['batch_id']}" if files else "/v1/batches/none"
    checks = {
        "the files of the machine are listed": bool(files),
        "their bad rows are handed out": analyst.send("GET", f"{address}/errors.csv").ok,
        "another agency sees nothing of them": not manager.send("GET", address).ok,
    }
    played.act(
        "The police analyst looks after the machine's files",
        "whom the police named for it; nobody else sees them",
        checks,
    )


def _told(played: Play, receiver: Receiver, batches: dict[str, str]) -> None:
    told = {what: receiver.of_batch(batch) for what, batch in batches.items()}
    messages = [one[0] for one in told.values() if one is not None]
    checks = {f"they hear of {what}": one is not None for what, one in told.items()} | {
        "every signature verifies": bool(receiver.got) and all(genuine for _, genuine in receiver.got),
        "ids and a state, and nothing of anybody": all(set(one["data"]) == _TOLD for one in messages),
    }
    played.act("The police hear what became of both", "by a signed message of ids alone", checks)
