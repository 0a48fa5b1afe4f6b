"""The demo waits for processes that do the work, and not for one that ends whenever it is started."""

import pytest
from sqlalchemy import create_engine

from gateway.demo.counting import _wait
from gateway.demo.steps import DemoError
from gateway.settings import Settings
from gateway.supervising import supervised, times_ended


def test_a_process_that_does_not_stay_up_is_not_waited_for(tmp_path):
    settings = Settings(data_dir=tmp_path, cookie_secure=False)
    with create_engine("sqlite://").connect() as connection, supervised(settings, "no-such-command"):
        with pytest.raises(DemoError, match="no-such-command ends whenever it is started"):
            _wait(connection, "SELECT 1", "it is not done", "no-such-command")
        assert _wait(connection, "SELECT 0", "it is not done", "no-such-command") >= 0
    assert times_ended("no-such-command") >= 3
