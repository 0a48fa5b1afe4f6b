"""A desk that issues tickets over a copy of Northvale."""

import pytest

from tests.gateway.store.tickets import TicketDesk


@pytest.fixture
def desk(northvale):
    # One band for all, so that a test says which records stand apart.
    northvale.sql("UPDATE hearth.link SET band = 0")
    return TicketDesk(northvale)
