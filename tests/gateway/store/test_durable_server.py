"""The embedded server is set up so that what it says is committed is on the disk."""

from sqlalchemy import text

_IN_THE_FILE = text(
    "SELECT name, setting FROM pg_file_settings WHERE sourcefile LIKE '%/postgresql.conf' ORDER BY seqno"
)


def test_a_commit_waits_for_the_disk(admin):
    # As the file says it that the server is made with: for other tests' sake this one was told to wait for no disk.
    with admin.connect() as connection:
        said = {row.name: row.setting for row in connection.execute(_IN_THE_FILE)}
    assert {name: said[name] for name in ("fsync", "synchronous_commit", "full_page_writes")} == {
        "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
    }  # fmt: skip
    # Quicker than writing and then flushing, and as durable.
    assert said["wal_sync_method"] == "open_datasync"
