"""Export the contract: `python -m gateway.api.export` writes openapi/openapi.json; `--check` says if it is current."""

import json
import sys
from pathlib import Path

from fastapi import FastAPI

from gateway.api import (
    asking,
    emergencies,
    erasures,
    families,
    health,
    log,
    partners,
    records,
    requests,
    reviews,
    subject_reports,
    uses,
)

TARGET = Path("openapi/openapi.json")


def contract() -> str:
    """The OpenAPI document of the API, without pages, as it is committed."""
    app = FastAPI(
        title="Hearthgate", version="1", description="A multi-agency data-sharing gateway on a common concept model."
    )
    for module in (
        health, partners, families, records, requests, asking, emergencies, erasures, log, reviews,
        subject_reports, uses,
    ):  # fmt: skip
        app.include_router(module.router)
    return json.dumps(app.openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or compare."""
    text = contract()
    if "--check" in sys.argv[1:]:
        if not TARGET.exists() or TARGET.read_text() != text:
            sys.stderr.write("openapi/openapi.json is not current; run make openapi\n")
            return 1
        return 0
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
