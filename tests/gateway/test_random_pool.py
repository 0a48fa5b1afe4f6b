"""Random bytes drawn many at a time: each is given once, to whatever thread or forked child asks."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

from gateway.random_pool import RandomPool

_CONTEXT = multiprocessing.get_context("fork")


def test_pieces_are_as_long_as_asked_and_none_comes_twice_from_any_thread():
    pool = RandomPool(16, 7)
    with ThreadPoolExecutor(8) as threads:
        taken = [
            piece for found in threads.map(lambda _: [pool.take() for _ in range(500)], range(8)) for piece in found
        ]

    assert {len(piece) for piece in taken} == {16}
    assert len(set(taken)) == len(taken) == 4000


def test_a_forked_child_is_given_nothing_that_its_parent_holds():
    pool = RandomPool(16, 50)
    pool.take()
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(target=lambda: theirs.send([pool.take() for _ in range(49)]))
    child.start()
    childs = ours.recv()
    child.join()

    assert not set(childs) & {pool.take() for _ in range(49)}
