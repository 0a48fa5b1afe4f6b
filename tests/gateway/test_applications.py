"""Applications of tests share the routes that were read, and nothing else."""

from gateway.identity.errors import UnauthenticatedError
from tests.gateway.applications import application
from tests.structure.application import ask, bare_wiring


def test_each_application_asks_its_own_caller_and_the_real_one_asks_for_a_token():
    asked = []

    def told_by(name):
        def caller(told):
            asked.append((name, told))
            raise UnauthenticatedError("not here")

        return caller

    first, second = (application(bare_wiring(), caller=told_by(name)) for name in ("first", "second"))
    real = application(bare_wiring())

    assert first.router.routes == second.router.routes
    for app in (second, first, real):
        assert ask(app, "GET", "/v1/feeds", headers={"Test-Caller": "W401"}).status_code == 401
    assert asked == [("second", "W401"), ("first", "W401")]
