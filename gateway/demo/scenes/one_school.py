"""S9, a school without IT staff: one person, one file, seven rows to mend, and nobody else's business."""

import csv
import gzip
import io

from gateway.demo.readers import Answer, Json, Reader
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play
from gateway.demo.telling import Teller
from gateway.push_client import content_key

TITLE = "A school without IT staff"
_FEED = "schools-attendance"
_NOT_KEPT = 5
_CREATED = 202


def play(stand: Stand, teller: Teller) -> Play:
    """212 rows, 7 of them bad, 5 columns too many; then the 7 rows mended."""
    played = Play("S9", TITLE)
    book = stand.town.book["S9"]
    staff = book["staff"]
    manager = stand.desk.reader(staff["school_business_manager"])
    played.act(
        "School business manager signs in",
        "with an e-mailed code and a second factor",
        {"the provider gave a token after both": bool(manager.token)},
    )
    first = _upload(stand, manager, book["file"])
    _sent(played, first, book)
    handed_back = _handed_back(played, manager, first, book)
    folder = stand.town.folder
    mended = mended_sheet(handed_back, (folder / book["file"]).read_text(), (folder / book["mended_file"]).read_text())
    again = _push(manager, mended, mends=str(first.body.get("batch_id")))
    _mended(played, again, book)
    _counted(played, manager, first, book)
    teller.say(f"  The school reads: {first.body.get('message')}" if first.ok else "")
    _own_batches(stand, played, manager, [first, again])
    _nobody_else(stand, played, first)
    return played


def mended_sheet(handed_back: str, sent: str, mended: str) -> bytes:
    """The rows handed back with what is right in them, looked up in her own file by their row numbers. Pure.

    `mended` are the same rows as they should have been, in any order; a row is found by the cells that are right.
    """
    rows, own = list(csv.reader(io.StringIO(sent))), list(csv.DictReader(io.StringIO(mended)))
    text = io.StringIO()
    reader = csv.DictReader(io.StringIO(handed_back))
    writer = csv.DictWriter(text, reader.fieldnames or ())
    writer.writeheader()
    for row in reader:
        was = set(rows[int(row["row"])])
        right = max(own, key=lambda one: len(was.intersection(one.values())))
        writer.writerow({name: right.get(name, cell) for name, cell in row.items()})
    return text.getvalue().encode()


def _upload(stand: Stand, manager: Reader, file: str) -> Answer:
    return _push(manager, (stand.town.folder / file).read_bytes())


def _push(manager: Reader, body: bytes, mends: str = "") -> Answer:
    headers = {
        "Content-Type": "text/csv",
        "Content-Encoding": "gzip",
        "Idempotency-Key": content_key(_FEED, body),
    }
    content = gzip.compress(body, mtime=0)
    path = f"/v1/feeds/{_FEED}/batches" + (f"?mends={mends}" if mends else "")
    return manager.send("POST", path, content=content, headers=headers)


def _sent(played: Play, answer: Answer, book: Json) -> None:
    batch = answer.body if answer.ok else {}
    good = book["rows"] - book["bad_rows"]
    checks = {
        "the file is taken": answer.status == _CREATED,
        f"{book['rows']} rows are read": batch.get("rows") == book["rows"],
        f"{good} are accepted": batch.get("accepted") == good,
        f"{book['bad_rows']} come back": batch.get("rejected") == book["bad_rows"],
        f"{_NOT_KEPT} columns are not kept": len(batch.get("columns_not_kept", [])) == _NOT_KEPT,
        "the words are kind": "You sent 5 columns we are not allowed to take" in str(batch.get("message"))
        and "You did nothing wrong" in str(batch.get("message")),
    }
    played.act(
        "She sends the week's file",
        f"{good} accepted, {book['bad_rows']} back, 5 columns not kept",
        checks,
        status=answer.status,
    )


def _handed_back(played: Play, manager: Reader, first: Answer, book: Json) -> str:
    answer = manager.ask("bad rows", 1, "GET", str(first.body.get("errors")))
    rows = list(csv.DictReader(io.StringIO(answer.body))) if answer.ok else []
    reasons = ("error_column", "error_code", "message", "how_to_fix")
    checks = {
        "they can be fetched": answer.ok,
        f"{book['bad_rows']} rows": len(rows) == book["bad_rows"],
        "each says what is wrong and how to mend it": all(row.get(name) for row in rows for name in reasons[1:]),
        "in her own columns": bool(rows) and {"upn", "marks", "week_commencing"} <= set(rows[0]),
    }
    played.act("She fetches the rows handed back", "in words, in her own columns", checks, status=answer.status)
    return str(answer.body)


def _mended(played: Play, answer: Answer, book: Json) -> None:
    batch = answer.body if answer.ok else {}
    checks = {
        "the file is taken": answer.status == _CREATED,
        f"{book['bad_rows']} are accepted": batch.get("accepted") == book["bad_rows"],
        "none comes back": batch.get("rejected") == 0 and batch.get("refused") == 0,
    }
    played.act("She sends the rows mended", f"{book['bad_rows']} accepted", checks, status=answer.status)


def _counted(played: Play, manager: Reader, first: Answer, book: Json) -> None:
    answer = manager.send("GET", f"/v1/batches/{first.body.get('batch_id')}")
    batch = answer.body if answer.ok else {}
    checks = {f"all {book['bad_rows']} are mended": batch.get("mended") == book["bad_rows"]}
    played.act("She looks at her first file again", "nothing is left to mend", checks, status=answer.status)


def _own_batches(stand: Stand, played: Play, manager: Reader, sent: list[Answer]) -> None:
    answer = manager.send("GET", "/v1/batches")
    listed = {str(batch["batch_id"]) for batch in answer.body} if answer.ok else set()
    own = {str(one.body.get("batch_id")) for one in sent}
    names = {str(person["name"]) for person in stand.town.staff.values()}
    told = " ".join(str(one.body) for one in (*sent, answer))
    checks = {
        "her two files are listed": own <= listed,
        f"no other school's files are ({len(listed - own)} are)": listed <= own,
        "no reader's name is anywhere": not any(name in told for name in names),
        "search is not for her": manager.purposes() == [],
    }
    played.act(
        "She looks at what she sent", "her own files, no other school's, no reader's name", checks, status=answer.status
    )


def _nobody_else(stand: Stand, played: Play, first: Answer) -> None:
    """Another agency asks for her batch by its id."""
    police = stand.desk.reader("C101")
    answer = police.send("GET", f"/v1/batches/{first.body.get('batch_id')}")
    unknown = police.send("GET", f"/v1/batches/{stand.wiring.mint_opaque()}")
    checks = {
        "nothing is there for the police": answer.status == unknown.status and not answer.ok,
        "in the words for a batch that is not there": answer.words == unknown.words,
    }
    played.act("The police ask for her file by its id", "nothing", checks, status=answer.status)
