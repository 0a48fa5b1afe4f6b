"""Commands as one would type them: the operator's, and the offline verifier's without the gateway's settings."""

import subprocess
import sys
from collections.abc import Sequence

from gateway.demo.setting_up import Stand
from gateway.supervising import settings_environment


def verify_offline(arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """The offline verifier, a process of its own without the gateway's settings."""
    return _run([sys.executable, "-m", "audit.verify", *arguments], None)


def reconcile_offline(arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """The partner's comparison, a process of its own without the gateway's settings."""
    return _run([sys.executable, "-m", "audit.reconcile", *arguments], None)


def operate(stand: Stand, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command of the operator, as one would type it."""
    return _run([sys.executable, "-m", "gateway", *arguments], settings_environment(stand.settings))


def _run(command: Sequence[str], environment: dict[str, str] | None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own programs, arguments of ours
        command, capture_output=True, text=True, check=False, env=environment
    )
