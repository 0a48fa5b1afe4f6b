"""Corners in registers written out; the seeded mistakes are asked them, too."""

import pytest

from tests.agreements.corners import CORNERS


@pytest.mark.parametrize("corner", CORNERS, ids=[corner.__name__.replace("_", " ") for corner in CORNERS])
def test_in_a_register_written_out(corner):
    corner()
