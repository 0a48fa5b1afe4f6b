"""S9: 212 rows, 7 bad, 5 columns not kept; the 7 come back in her own columns, are mended there, and are taken."""

from gateway.demo.scenes.one_school import mended_sheet
from gateway.identity.caller import PartnerCaller
from gateway.usecases.intake.batch_contract import BatchContract
from gateway.usecases.intake.batches import errors_csv, read_own_batch
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.people.request_context import RequestContext

FEED = "schools-attendance"
CONTEXT = RequestContext("11111111-1111-4111-8111-111111111111")


def test_seven_rows_come_back_and_are_mended_in_the_sheet_that_they_came_in(northvale):
    wiring, book, files = northvale.wiring, northvale.scenes["S9"], northvale.built.folder
    school: PartnerCaller = northvale.partner(FEED)
    first = northvale.built.batches[book["file"]]
    assert (first.rows_read, first.rows_accepted, first.rows_rejected) == (212, 205, 7)
    assert len(first.columns_not_kept) == 5
    facts = northvale.count("SELECT count(*) FROM hearth.fact WHERE batch_id = :b", b=first.batch_id)

    _, handed_back = errors_csv(wiring, CONTEXT, school, first.batch_id)
    sheet = mended_sheet(handed_back, (files / book["file"]).read_text(), (files / book["mended_file"]).read_text())
    contract = BatchContract(mends=first.batch_id)
    mended = receive_batch(wiring, CONTEXT, school, Push(FEED, sheet, "csv", "mended", contract))

    assert (mended.state, mended.rows_read, mended.rows_accepted) == ("accepted", 7, 7)
    assert read_own_batch(wiring, school, first.batch_id).rows_mended == 7
    assert northvale.count("SELECT count(*) FROM hearth.fact WHERE batch_id = :b", b=first.batch_id) == facts
    assert errors_csv(wiring, CONTEXT, school, first.batch_id)[1].count("\r\n") == 1

    again = receive_batch(wiring, CONTEXT, school, Push(FEED, sheet, "csv", "mended twice", contract))
    assert (again.rows_read, again.rows_left, again.facts_new) == (0, 7, 0)
