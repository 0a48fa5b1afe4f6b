"""A source that nobody has seen becomes a feed by a mapping file and a line of the register: no code is changed."""

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from agreements.enactment import enact_register
from agreements.loader import load_register
from agreements.register import compile_register
from gateway.demo.switching_on import switch_everything_on
from gateway.store.migrate import register_vocabulary
from gateway.usecases.intake.batch_contract import BatchContract
from gateway.usecases.intake.batches import errors_csv
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.intake.translating import known_feeds
from gateway.usecases.linking.linking import link_everything
from tests.gateway.batches.school import CONTEXT
from tests.gateway.cluster import REGISTER
from tests.gateway.conftest import ENACTED, NOW
from tests.gateway.feeds.officers import POLICE

FEED = "leisure-members"
COUNCIL = replace(POLICE, client_id="leisure-export", agency="northvale_council")
GUIDE = Path(__file__).parents[3] / "docs" / "feed-mappings.md"
MEMBERS = (
    b"Membership Number;name;dob;address;postcode;visits\n"
    b'7;"Example, Jo";03.04.1985;"1 Example Street\nExampleton";ZZ1 1ZZ;12\n'
    b'8;"Example, Sam";1985-04-03;;;3\n'
)


@pytest.fixture
def council(wiring, admin, tmp_path):
    """A council that has named the source in its register, and put the mapping of the guide into its folder."""
    register, folder = tmp_path / "register", tmp_path / "feeds"
    shutil.copytree(REGISTER, register)
    sources = register / "sources.yaml"
    line = "  - {id: leisure, title: Leisure, owner: northvale_council, regime: uk_gdpr, match_only: true}\n"
    sources.write_text(sources.read_text().rstrip() + f"\n{line}")
    for name in ("linkage-index", "northvale-charter"):
        agreement = register / "agreements" / f"{name}.yaml"
        agreement.write_text(agreement.read_text().replace("citizen_portal]", "citizen_portal, leisure]"))
    folder.mkdir()
    (folder / "leisure.yaml").write_text(GUIDE.read_text().partition("```yaml\n")[2].partition("```")[0])
    enact_register(register, tmp_path / "signed", ENACTED)
    compiled = compile_register(load_register(register, tmp_path / "signed", NOW))
    with admin.begin() as connection:
        register_vocabulary(connection, compiled.vocabulary.sources)
    made = replace(wiring, register=compiled, feeds=dict(known_feeds(folder)))
    assert switch_everything_on(made, CONTEXT, [FEED]) == {FEED: "on"}
    return made


def test_a_leisure_centre_s_members_are_taken_mended_and_linked_without_a_change_of_code(council, admin):
    batch = receive_batch(council, CONTEXT, COUNCIL, Push(FEED, MEMBERS, "csv", "first"))
    assert (batch.rows_accepted, batch.rows_rejected, batch.columns_not_kept) == (1, 1, ["visits"])
    _, sheet = errors_csv(council, CONTEXT, COUNCIL, batch.batch_id)
    (row,) = csv.DictReader(io.StringIO(sheet))
    assert (row["member_no"], row["error_column"]) == ("8", "dob")
    mended = sheet.replace("1985-04-03", "03.04.1985").encode()
    again = receive_batch(
        council, CONTEXT, COUNCIL, Push(FEED, mended, "csv", "2", BatchContract(mends=batch.batch_id))
    )
    assert again.state == "accepted"
    link_everything(council)
    with admin.begin() as connection:
        people = connection.exec_driver_sql("SELECT count(*) FROM hearth.person").scalar_one()
    assert people == 2
