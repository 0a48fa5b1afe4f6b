"""Export the contract: `python -m gateway.api.export` writes openapi/openapi.json; `--check` says if it is current."""

import json
import sys
from pathlib import Path

from fastapi import FastAPI

from gateway.api.routers import ROUTERS

TARGET = Path("openapi/openapi.json")


def contract() -> str:
    """The OpenAPI document of the API, without pages, as it is committed."""
    app = FastAPI(
        title="Hearthgate", version="1", description="A multi-agency data-sharing gateway on a common concept model."
    )
    for router in ROUTERS:
        app.include_router(router)
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
