"""Where Northvale's register stands, and the instants the tests use."""

from datetime import UTC, datetime
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "gateway" / "demo" / "northvale"
REGISTER = DEMO / "register"
SANDBOX = DEMO / "register-sandbox"
ENACTED = datetime(2026, 4, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
