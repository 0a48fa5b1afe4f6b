"""A partner's witness in a folder, and ways to ask it: in this process, over HTTP, as a process of its own."""

import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from audit.witness import AddCheckpoint
from gateway.witness.folder import create_witness
from gateway.witness.record import Record
from gateway.witness.witness import Witness, origin_digest
from tests.audit.grown_log import LOG

ROOT = Path(__file__).resolve().parents[3]
AT = datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)


def a_witness(folder, name="police.example/witness", logs=(LOG,), clock=lambda: AT):
    create_witness(folder, name)
    witness = Witness(folder, clock)
    for log in logs:
        witness.record.trust(log.verifier())
    return witness


def request(log, old, size, **changed):
    given = {"old_size": old, "proof": log.proof(old, size), "note": log.note(size)} | changed
    return AddCheckpoint(**given).encode()


def newest(client, origin=LOG.name):
    return client.get(f"/{origin_digest(origin)}/checkpoint")


def evidence(folder, kind="log-fork"):
    return sorted((folder / "evidence").glob(f"*.{kind}"))


@contextmanager
def own_process(folder):
    """`hearthgate witness serve` on a free port; gives the process and a client. Killed at the end if it still runs."""
    command = [sys.executable, "-m", "gateway", "witness", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().split()[-1]
        with httpx.Client(base_url=address, timeout=30) as client:
            yield process, client
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def size_on_disk(folder, origin=LOG.name):
    head = Record(folder / "witness.sqlite").newest(origin)
    return 0 if head is None else head.size
