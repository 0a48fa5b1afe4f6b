"""What each process of these tests reads before it does anything, read once by the process that they are forks of."""

from gateway.settings import Settings
from tests.gateway.cluster import northvale_sources
from tests.gateway.intake import processes

northvale_sources()
processes.load_feeds(Settings())
