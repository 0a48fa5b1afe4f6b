"""Clients of `benchmarks.audit`: threads of a process for each core, as the gateway's requests are, each connected."""

import multiprocessing
import random
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from benchmarks.audit_reads import READS, Read
from benchmarks.audit_world import FAMILIES, SMALL, World, caught_up, person_id
from gateway.supervising import spare_what_stays

_CONTEXT = multiprocessing.get_context("fork")
_PROCESSES = 2
_WARM = 60
_WAIT = 120.0


@dataclass(frozen=True)
class Round:
    """What one round gave. Latencies in ms, sorted; CPU in seconds of client and of server processes."""

    latencies: list[float]
    seconds: float
    client_cpu: float
    server_cpu: float
    machine_busy: float

    @property
    def per_second(self) -> float:
        """Reads a second."""
        return len(self.latencies) / self.seconds

    def at(self, share: float) -> float:
        """The latency that this share of reads stayed below."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def closed_loop(world: World, way: str, clients: int, seconds: float, *, families: bool = False) -> Round:
    """Each client reads again as soon as it has its answer."""
    return _round(world, way, clients, seconds, None, families=families)


def open_loop(world: World, way: str, clients: int, seconds: float, per_second: float) -> Round:
    """Reads come due at a steady rate whatever the answers do; a latency counts from the moment its read was due."""
    return _round(world, way, clients, seconds, clients / per_second, families=False)


def _round(world: World, way: str, clients: int, seconds: float, period: float | None, *, families: bool) -> Round:
    barrier = _CONTEXT.Barrier(_PROCESSES + 1)
    pipes, processes = [], []
    for number in range(_PROCESSES):
        ours, theirs = _CONTEXT.Pipe(duplex=False)
        numbers = range(number, clients, _PROCESSES)
        arguments = (world, way, numbers, (seconds, period, families), barrier, theirs)
        processes.append(_CONTEXT.Process(target=_clients, args=arguments))
        pipes.append(ours)
    for process in processes:
        process.start()
    barrier.wait(_WAIT)
    # What the warm-up appended is in the tree before anything is measured.
    caught_up(world)
    barrier.wait(_WAIT)
    began, server, busy = time.perf_counter(), server_cpu(world), machine_cpu()
    time.sleep(seconds)
    spent, server, busy = time.perf_counter() - began, server_cpu(world) - server, machine_cpu() - busy
    answers: Sequence[tuple[list[float], float]] = [pipe.recv() for pipe in pipes]
    for process in processes:
        process.join()
    return Round(
        sorted(one for latencies, _ in answers for one in latencies),
        spent,
        sum(cpu for _, cpu in answers),
        server,
        busy,
    )


def _clients(
    world: World, way: str, numbers: range, load: tuple[float, float | None, bool], barrier: Barrier, answer: Connection
) -> None:
    seconds, period, families = load
    reads = [READS[way](world) for _ in numbers]
    # As the gateway's own processes do once they are wired.
    spare_what_stays()

    def warm(read: Read, number: int) -> None:
        choose = random.Random(number)
        for _ in range(_WARM // 6 if families else _WARM):
            _one(read, choose, families=families)

    def work(read: Read, number: int) -> list[float]:
        choose = random.Random(number)
        if period is None:
            return _closed(read, choose, end, families=families)
        return _open(read, choose, end, period)

    with ThreadPoolExecutor(len(numbers)) as threads:
        list(threads.map(warm, reads, numbers))
        barrier.wait(_WAIT)
        barrier.wait(_WAIT)
        cpu = _own_cpu()
        end = time.perf_counter() + seconds
        latencies = [one for found in threads.map(work, reads, numbers) for one in found]
    answer.send((latencies, _own_cpu() - cpu))
    answer.close()


def _closed(read: Read, choose: random.Random, end: float, *, families: bool) -> list[float]:
    latencies = []
    while (began := time.perf_counter()) < end:
        _one(read, choose, families=families)
        latencies.append((time.perf_counter() - began) * 1e3)
    return latencies


def _open(read: Read, choose: random.Random, end: float, period: float) -> list[float]:
    latencies, due = [], time.perf_counter() + choose.random() * period
    while due < end:
        wait = due - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        _one(read, choose, families=False)
        latencies.append((time.perf_counter() - due) * 1e3)
        due += period
    return latencies


def _one(read: Read, choose: random.Random, *, families: bool) -> None:
    person = SMALL + choose.randint(1, FAMILIES) if families else choose.randint(1, SMALL)
    if read(person_id(person)) != (480 if families else 1):
        raise RuntimeError("a read did not give what is there")


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def server_cpu(world: World) -> float:
    """CPU seconds of the database server's processes so far, ended ones included."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(path.parent.name) == world.server_pid:
            ticks += sum(int(one) for one in fields[11:15])
        elif int(fields[1]) == world.server_pid:
            ticks += sum(int(one) for one in fields[11:13])
    return ticks / 100


def machine_cpu() -> float:
    """CPU seconds that the whole machine has worked so far, whoever it worked for."""
    user, nice, system, _, _, irq, soft, *_ = (int(one) for one in Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft) / 100


def start(target: Any, *arguments: Any) -> Any:
    """Run something beside the clients, in a process that ends with this one."""
    process = _CONTEXT.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process
