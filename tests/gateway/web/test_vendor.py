"""The pages' styles: whose they are, and that nothing of GOV.UK's own is among them."""

import json
from pathlib import Path

import pytest

from gateway.web import vendor

ROOT = Path(__file__).resolve().parents[3]
CSS = sorted(vendor.STATIC.glob("*.css"))


def test_the_lock_file_names_versions_and_hashes_and_no_registry():
    text = (ROOT / "package-lock.json").read_text()
    assert "http" not in text.replace("https://opencollective", "")
    packages = json.loads(text)["packages"]
    assert all("integrity" in entry for name, entry in packages.items() if name)


def test_the_record_is_of_the_locked_versions():
    record = json.loads(vendor.RECORD.read_text())
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert record["packages"] == {name: packages[f"node_modules/{name}"]["version"] for name in record["packages"]}


def test_font_arms_and_absolute_addresses_are_taken_out():
    css = (
        '@font-face{font-family:GDS Transport;src:url(/assets/fonts/light.woff2) format("woff2")}'
        "a{font-family:GDS Transport,arial,sans-serif;color:red}"
        "b{background-image:url(/assets/images/govuk-crest.svg);x:y}i{background:url(/assets/images/icon-a.svg)}"
    )
    expected = f"a{{font-family:{vendor.FONT_STACK};color:red}}b{{x:y}}i{{background:url(images/icon-a.svg)}}"
    assert vendor.ours(css) == expected


def test_what_cannot_be_taken_out_stops_the_set_up():
    with pytest.raises(vendor.VendoringError):
        vendor.ours("a{content:url(/assets/other/thing.png)}")


def test_a_changed_file_is_named(tmp_path):
    record = {"files": {"a.css": vendor.record_of({"a.css": b"old"})["files"]["a.css"]}}
    with pytest.raises(vendor.VendoringError, match=r"a\.css"):
        vendor.check({"a.css": b"new"}, record)


@pytest.mark.skipif(not CSS, reason="the styles are not there: python -m gateway.web.vendor")
@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_the_styles_as_served_hold_no_font_and_no_arms(path):
    text = path.read_text()
    assert "@font-face" not in text
    assert "GDS Transport" not in text
    assert "url(/" not in text
    assert "url(http" not in text
