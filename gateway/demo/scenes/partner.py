"""What became of a partner's data: how it was used, and a pack of the log that agrees with what the partner kept."""

import json
import shutil
from collections.abc import Callable, Sequence

from gateway.demo.commands import operate, reconcile_offline, verify_offline
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play

TITLE = "What became of our data"
_AGENCY, _DATA_OFFICER, _PRIVACY_OFFICER, _RENT_OFFICER = "brightwater_homes", "B103", "B105", "B101"


def play(stand: Stand, kept: Sequence[str], say: Callable[[str], None]) -> Play:
    """The landlord's people ask; its pack is checked offline and compared with `kept`, the ids that it was answered."""
    played = Play("uses", TITLE)
    _uses(played, stand, say)
    _pack(played, stand, kept, say)
    return played


def _uses(played: Play, stand: Stand, say: Callable[[str], None]) -> None:
    told = stand.desk.reader(_DATA_OFFICER).ask("uses", 1, "GET", "/v1/partners/me/uses")
    body = told.body if isinstance(told.body, dict) else {}
    say(str(body.get("note", "")))
    refused = stand.desk.reader(_RENT_OFFICER).ask("uses refused", 1, "GET", "/v1/partners/me/uses")
    checks = {
        "the landlord's own source is named": body.get("sources") == ["housing"],
        "a month that is not over is not counted": body.get("months") == [],
        "a rent officer is refused": refused.status == 403,  # noqa: PLR2004 - RFC 9110
    }
    played.act("The landlord asks how its data was used", "by purpose and month, sealed look-ups in none", checks)
    people = stand.town.book["S2"]["people"]
    question = {"source": "housing", "reason": "The tenant asked us who was shown her account."}
    asked = [
        stand.desk.reader(_PRIVACY_OFFICER).ask(
            "uses of a person", 1, "POST", "/v1/partners/me/uses/queries", json={**question, "key": key}
        ).body
        for key in (people["Kelly Marsh"]["keys"]["housing"], "T-nobody")
    ]  # fmt: skip
    lines = asked[0].get("uses", []) if isinstance(asked[0], dict) else []
    checks = {
        "early help stands there by role": any(one["role"] == "Early help worker" for one in lines),
        "nobody is named": all(set(one) == {"day", "agency", "role", "team", "purpose"} for one in lines),
        "of somebody unknown nothing is told": isinstance(asked[1], dict) and asked[1].get("uses") == [],
    }
    played.act("Its privacy officer asks about one tenant", "who was shown her account, by role", checks)


def _pack(played: Play, stand: Stand, kept: Sequence[str], say: Callable[[str], None]) -> None:
    folder = stand.settings.data_dir.parent / "partner-pack"
    done = operate(stand, "audit", "partner-pack", _AGENCY, str(folder))
    key = operate(stand, "audit", "key").stdout.strip()
    whole = verify_offline(["--key", key, str(folder)])
    say(whole.stdout.strip())
    changed = folder.with_name("partner-pack-changed")
    shutil.copytree(folder, changed)
    lines = (changed / "openings.ndjson").read_text().splitlines(keepends=True)
    (changed / "openings.ndjson").write_text("".join(lines[1:]))
    cut = verify_offline(["--key", key, str(changed)])
    checks = {
        f"the pack is written ({done.stderr.strip()[:200]})": done.returncode == 0,
        "it verifies offline": whole.returncode == 0,
        "an entry left out is found": cut.returncode == 1 and "openings.ndjson" in cut.stdout,
    }
    played.act("The landlord gets its pack of the log", "whole, and checked without asking us", checks)
    ledger = folder.with_name("partner-ledger")
    ledger.write_text("".join(f"{json.dumps({'batch_id': one})}\n" for one in kept))
    agreed = reconcile_offline([str(folder), str(ledger)])
    ledger.write_text("".join(f"{one}\n" for one in kept[1:]))
    dropped = reconcile_offline([str(folder), str(ledger)])
    say(dropped.stdout.strip())
    checks = {
        "files were sent": bool(kept),
        "both sides name the same": agreed.returncode == 0,
        "a file that the landlord does not know is named": kept[0] in dropped.stdout if kept else False,
    }
    played.act("It compares what it kept with the log", "both ways, by opaque ids", checks)
