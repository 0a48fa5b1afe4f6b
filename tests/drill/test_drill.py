"""Some cheats of every sort, each found by the check that must find it; some honest histories; `make drill` has all."""

from random import Random

import pytest

from tests.drill.cheat import DATABASE, EXPORT, FINDERS, MARK, OLDER, WITNESS, Cheat
from tests.drill.cheats_signed import rewrite
from tests.drill.harness import CHEATS, Results, base_log, play, run_histories
from tests.gateway.cluster import running_cluster

_EACH = {DATABASE: 9, EXPORT: 6, OLDER: 4, WITNESS: 4, MARK: 1}
_SEED = 11


@pytest.fixture(scope="module")
def own():
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def base(own, tmp_path_factory):
    with base_log(own, tmp_path_factory.mktemp("drill"), Random(_SEED)) as made:  # noqa: S311 - the same drill every time
        yield made


def drawn():
    random = Random(_SEED)  # noqa: S311 - the same drill every time
    return [
        cheat
        for finder in FINDERS
        for cheat in random.sample([one for one in CHEATS if one.finder == finder], _EACH[finder])
    ]


@pytest.mark.slow
@pytest.mark.parametrize("cheat", drawn(), ids=lambda cheat: cheat.name)
def test_a_cheat_is_found_by_the_check_that_must_find_it(base, cheat):
    assert play(base, cheat, Random(_SEED))  # noqa: S311 - the same drill every time


@pytest.mark.slow
@pytest.mark.parametrize("finder", [DATABASE, EXPORT, WITNESS, MARK])
def test_where_nobody_cheats_no_check_finds_anything(base, finder):
    assert not play(base, Cheat("nothing", finder, _export if finder == EXPORT else _nothing), Random(_SEED))  # noqa: S311 - the same


@pytest.mark.slow
def test_a_log_made_anew_of_the_same_entries_is_the_log_that_was_signed(base):
    made_anew = Cheat("signed anew: nothing", OLDER, lambda scene: rewrite(scene.book, lambda rows: rows))

    assert not play(base, made_anew, Random(_SEED))  # noqa: S311 - the same drill every time


def _nothing(_scene):
    """An honest operator."""


def _export(scene):
    scene.book.export(scene.export, openings=True)


@pytest.mark.slow
def test_honest_histories_raise_no_alarm(own, tmp_path):
    results = Results()

    run_histories(own, tmp_path, 6, Random(_SEED), results)  # noqa: S311 - the same histories every time

    assert results.alarms == []
    assert {"rotate", "erase", "restore", "empty_batch"} <= set(results.steps)


def test_every_cheat_has_a_name_of_its_own():
    assert len({cheat.name for cheat in CHEATS}) == len(CHEATS)
