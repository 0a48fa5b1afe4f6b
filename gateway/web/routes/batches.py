"""Files that an agency pushes from a browser or by a machine that somebody keeps, and what became of them."""

from typing import Annotated, BinaryIO
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from adapters.port import FeedProfile
from gateway.errors import BodyTooLargeError, ForbiddenError
from gateway.usecases.families.page_duties import own_feeds
from gateway.usecases.intake.batch_confirming import confirm_batch, give_up_batch
from gateway.usecases.intake.batch_contract import BatchContract
from gateway.usecases.intake.batch_receipts import batch_receipt
from gateway.usecases.intake.batches import errors_csv, errors_document, list_own_batches, progress_of, read_own_batch
from gateway.usecases.intake.intake import Push, SpooledFile, receive_batch, sender_of, spool_of
from gateway.usecases.intake.page_batches import row_problems
from gateway.usecases.intake.spreadsheets import MARK
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import FormError, Params, choice_field, message_for, select_field
from gateway.web.render import page_headers, render
from gateway.web.routes.families import id_or_not_found
from gateway.web.views.batches import batch_line, batch_view
from gateway.web.words import counted

router = APIRouter()
_MIB = 1024 * 1024
_SHOWN_PROBLEMS = 100
_FORMATS = ("csv", "xlsx", "json", "ndjson", "xml")
_DECISIONS = {"take": "It is right. Take it", "give-up": "It is wrong. Take nothing of it"}
_WITHDRAWALS = {"take": "They are gone. Withdraw what it does not name", "give-up": "Withdraw nothing"}


@router.get("/batches")
def batches(request: Request, desk: SignedIn) -> Response:
    """The agency's files, and the form to send one."""
    return _page(request, _supplier(desk), "", [])


@router.post("/batches")
def send(
    request: Request,
    desk: SignedInForm,
    feed: Annotated[str, Form()] = "",
    sending: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
    mends: Annotated[str, Form()] = "",
) -> Response:
    """Take a file. `sending` is the form's own key: a form sent twice is one push. `mends` names the file mended."""
    _supplier(desk)
    errors = [] if feed in {profile.name for profile in own_feeds(desk.wiring, desk.caller)} else [_NO_FEED]
    media_format = (file.filename or "").rpartition(".")[2].lower() if file else ""
    if file is None or not file.filename:
        errors.append(FormError("file", "Choose the file to send"))
    elif media_format not in _FORMATS:
        errors.append(FormError("file", f"The file's name must end in .{', .'.join(_FORMATS[:-1])} or .{_FORMATS[-1]}"))
    mended = _batch_id(mends) if mends else None
    if errors or file is None:
        return _batch(request, desk, mended, errors) if mended else _page(request, desk, feed, errors)
    body = _spooled(desk, file.file)
    key = f"page-{_key_of(sending) or desk.wiring.mint_opaque()}"
    push = Push(feed, body, media_format, key, BatchContract(mends=mended))
    batch = receive_batch(desk.wiring, desk.context, desk.caller, push)
    return RedirectResponse(f"/batches/{batch.batch_id}", 303, page_headers(""))


@router.get("/batches/{batch_id}")
def batch(request: Request, desk: SignedIn, batch_id: str) -> Response:
    """What became of one file, row errors included."""
    return _batch(request, desk, _batch_id(batch_id), [])


@router.post("/batches/{batch_id}/decision")
def decide(request: Request, desk: SignedInForm, batch_id: str, decision: Annotated[str, Form()] = "") -> Response:
    """Say whether a file that waits is right."""
    identifier = _batch_id(batch_id)
    if decision not in _DECISIONS:
        return _batch(request, desk, identifier, [FormError("decision", "Choose whether the file is right")])
    act = confirm_batch if decision == "take" else give_up_batch
    act(desk.wiring, desk.context, desk.caller, identifier)
    return RedirectResponse(f"/batches/{identifier}", 303, page_headers(""))


@router.get("/batches/{batch_id}/receipt.jws")
def receipt(desk: SignedIn, batch_id: str) -> Response:
    """The signed receipt of a finished file, to keep."""
    identifier = _batch_id(batch_id)
    text = batch_receipt(desk.wiring, desk.caller, identifier)
    headers = {**page_headers(""), "Content-Disposition": f'attachment; filename="{identifier}-receipt.jws"'}
    return Response(text, media_type="application/jose", headers=headers)


@router.get("/batches/{batch_id}/errors.csv")
def batch_errors(desk: SignedIn, batch_id: str) -> Response:
    """The bad rows in the sender's own columns, for the sender and who answers for it."""
    name, text = errors_csv(desk.wiring, desk.context, desk.caller, _batch_id(batch_id))
    headers = {**page_headers(""), "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(MARK + text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/batches/{batch_id}/errors")
def batch_error_records(desk: SignedIn, batch_id: str) -> Response:
    """The bad records of a file of JSON or XML, for the sender and who answers for it."""
    name, ending, text = errors_document(desk.wiring, desk.context, desk.caller, _batch_id(batch_id))
    headers = {**page_headers(""), "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"application/{ending}", headers=headers)


def _spooled(desk: Desk, file: BinaryIO) -> SpooledFile:
    limit = desk.wiring.settings.max_body_mib * _MIB
    with spool_of(desk.wiring).write() as writer:
        while piece := file.read(_MIB):
            if writer.size + len(piece) > limit:
                raise BodyTooLargeError("the file is larger than this gateway takes at once; send it in parts")
            writer.write(piece)
        return writer.finish()


_NO_FEED = FormError("feed", "Choose what kind of file it is")


def _supplier(desk: Desk) -> Desk:
    if not desk.duties.supplies:
        raise ForbiddenError("your role does not send files")
    return desk


def _feeds(desk: Desk) -> dict[str, FeedProfile]:
    return {profile.name: profile for profile in own_feeds(desk.wiring, desk.caller)}


def _batch(request: Request, desk: Desk, batch_id: UUID, errors: list[FormError]) -> Response:
    row = read_own_batch(desk.wiring, desk.caller, batch_id)
    own = row.sender == sender_of(desk.caller)
    first = read_own_batch(desk.wiring, desk.caller, row.mends) if row.mends else None
    view = batch_view(row, _feeds(desk), progress_of(desk.wiring, row), sent_here=own, first=first)
    problems = row_problems(desk.wiring, desk.caller, batch_id, _SHOWN_PROBLEMS + 1)
    more = f"Only the first {counted(_SHOWN_PROBLEMS, 'problem')} are shown." if len(problems) > _SHOWN_PROBLEMS else ""
    options = _DECISIONS if row.state == "waiting" else _WITHDRAWALS
    fields = {
        "decision": choice_field("decision", "Is the file right?", options, "", errors),
        "sending": str(desk.wiring.mint_opaque()),
        "file": _file_field("The mended sheet", "CSV, with the columns as they came.", errors),
    }
    return render(
        request, "batch.html", 422 if errors else 200, title=view.feed, batch=view, errors=errors, fields=fields,
        problems=problems[:_SHOWN_PROBLEMS], more=more, unsplit=any(one.code == "row-shape" for one in problems),
    )  # fmt: skip


def _page(request: Request, desk: Desk, feed: str, errors: list[FormError]) -> Response:
    feeds = _feeds(desk)
    lines = [batch_line(one, feeds) for one in list_own_batches(desk.wiring, desk.caller)]
    return render(
        request, "batches.html", 422 if errors else 200, title="Files", errors=errors, batches=lines,
        form=_form(desk, feeds, feed, errors) if feeds else None,
    )  # fmt: skip


def _form(desk: Desk, feeds: dict[str, FeedProfile], feed: str, errors: list[FormError]) -> Params:
    options = {"": "Choose one", **{name: profile.title for name, profile in feeds.items()}}
    return {
        "sending": str(desk.wiring.mint_opaque()),
        "feed": select_field("feed", "What kind of file it is", options, feed, errors),
        "file": _file_field(
            "The file", f"CSV, XLSX, JSON or XML, {desk.wiring.settings.max_body_mib} MiB at most.", errors
        ),
    }


def _file_field(label: str, hint: str, errors: list[FormError]) -> Params:
    return {
        "id": "file", "name": "file", "label": {"text": label, "classes": "govuk-label--s"}, "hint": {"text": hint},
        **message_for("file", errors),
    }  # fmt: skip


def _key_of(sending: str) -> UUID | None:
    try:
        return UUID(sending)
    except ValueError:
        return None


def _batch_id(text: str) -> UUID:
    return id_or_not_found(text, "there is no batch of that id")
