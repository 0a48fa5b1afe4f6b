"""Children's social care: the children in need census and the looked-after children return."""

from adapters.port import Feed
from adapters.social_care.cin import CinFeed
from adapters.social_care.ssda903 import Ssda903Feed

CIN = CinFeed()
SSDA903 = Ssda903Feed()
FEEDS: tuple[Feed, ...] = (CIN, SSDA903)
