"""A folder for a benchmark's own gateway: it goes away at the end, and the database of that gateway with it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.store import embedded


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder in whose `var` a gateway may keep its data. Where root starts a database, that lies elsewhere."""
    with tempfile.TemporaryDirectory() as name:
        var = Path(name) / "var"
        try:
            yield Path(name)
        finally:
            if var.is_dir():
                embedded.discard(var)
