"""The file of pulls: strict, named by place when it is wrong, and never a place for a secret."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.commands import pull as cli_pull
from gateway.commands import watch as cli_watch
from gateway.errors import ConfigurationError
from gateway.pull.sources import read_pull_sources

GOOD = """
schema: pulls/1
pulls:
  - name: pds
    feed: health-pds
    kind: pds
    address: https://api.example/FHIR/R4/
    client: us
    token_address: https://api.example/token
    sign_in: private_key_jwt
    key_file: pds.pem
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "pulls.yaml"
    path.write_text(text)
    return path


def test_a_file_gives_its_pulls_with_paths_beside_it(tmp_path):
    source = read_pull_sources(written(tmp_path, GOOD))["pds"]

    assert (source.address, source.key_file) == ("https://api.example/FHIR/R4", tmp_path / "pds.pem")
    assert read_pull_sources(None) == {}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("schema: pulls/1", "schema: pulls/9", "schema"),
        ("https://api.example/FHIR/R4/", "http://api.example/FHIR", "address"),
        ("https://api.example/FHIR/R4/", "https://me:word@api.example/", "address"),
        ("https://api.example/FHIR/R4/", "https://api.example/?x=1", "address"),
        ("https://api.example/token", "ftp://api.example/token", "token_address"),
        ("key_file: pds.pem", "secret: swordfish", "pulls/0"),
        ("key_file: pds.pem", "secret_file: s", "secret_file"),
        ("kind: pds", "kind: fhir-search", "resource"),
        ("kind: pds", "kind: soap", "kind"),
        ("name: pds", "name: ../pds", "name"),
        ("client: us", "client: us\n    client: them", "strict YAML"),
    ],
)
def test_what_is_wrong_is_named_by_place_and_no_value_is_repeated(tmp_path, old, new, named):
    with pytest.raises(ConfigurationError, match=named) as wrong:
        read_pull_sources(written(tmp_path, GOOD.replace(old, new)))

    assert "swordfish" not in str(wrong.value)
    assert "word@" not in str(wrong.value)


def test_one_name_is_not_there_twice(tmp_path):
    with pytest.raises(ConfigurationError, match="twice"):
        read_pull_sources(written(tmp_path, GOOD + GOOD.partition("pulls:\n")[2]))


@pytest.mark.parametrize(
    ("app", "given", "told"),
    [
        (cli_pull.app, [], "HEARTHGATE_PULLS_FILE"),
        (cli_pull.app, ["health-pds", "--once"], "HEARTHGATE_PULLS_FILE"),
        (cli_watch.app, ["--once"], "HEARTHGATE_DROPS_FILE"),
    ],
)
def test_a_command_without_its_file_says_which_setting_names_it(monkeypatch, app, given, told):
    monkeypatch.delenv("HEARTHGATE_PULLS_FILE", raising=False)
    monkeypatch.delenv("HEARTHGATE_DROPS_FILE", raising=False)

    found = CliRunner().invoke(app, given)

    assert told in str(found.exception)


def test_a_pull_that_is_not_there_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("HEARTHGATE_PULLS_FILE", str(written(tmp_path, GOOD)))

    assert "no pull of that name" in str(CliRunner().invoke(cli_pull.app, ["nobody", "--once"]).exception)
