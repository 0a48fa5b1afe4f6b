"""`hearthgate agreements prove`: what a register promises, proved by two provers, and its certificate."""

import json
from pathlib import Path

import typer

from agreements.certificate import FILE
from gateway import clock
from gateway.commands.files import CommandError
from gateway.usecases.register.proving_register import ProvedRegister, prove_register


def prove(
    folder: Path = typer.Argument(metavar="DIR", help="Register folder."),
    signed: Path | None = typer.Option(None, "--signed", help="Folder of signatures and events; else as if signed."),
    overlay: Path | None = typer.Option(
        None, "--overlay", help="Folder whose documents replace those of the register."
    ),
    out: Path | None = typer.Option(None, "--out", help="Certificate to write; else certificate.json beside --signed."),
    check: bool = typer.Option(False, "--check", help="Write nothing; judge the certificate that is there."),
) -> None:
    """Prove every invariant of a register, by exact enumeration and by z3, and write the certificate.

    One line an invariant; one that does not hold comes with a case that the engine was asked. Without --signed the
    documents are judged as if all had signed, and nothing is written. Exit 1: something does not hold, or with
    --check: the certificate is missing, stale or not of a whole proof.
    """
    if signed is None and (out is not None or check):
        raise CommandError("a certificate is of signed documents; name their folder with --signed")
    now = clock.utc_now()
    proved = prove_register(folder, signed, now, overlay)
    for line in proved.lines():
        typer.echo(line)
    certificate = proved.certificate(now)
    if certificate is None:
        raise typer.Exit(1)
    if check and signed is not None:
        _judge(proved, signed)
    elif signed is not None:
        _write(out or signed / FILE, certificate.model_dump(mode="json", by_alias=True))
    typer.echo(_summary(proved))


def _judge(proved: ProvedRegister, signed: Path) -> None:
    fault = proved.certificate_fault(signed)
    if fault is not None:
        typer.echo(str(fault))
        raise typer.Exit(1)


def _summary(proved: ProvedRegister) -> str:
    provers = " and ".join(proved.proof.provers)
    return f"{len(proved.proof.verdicts)} invariants hold, says each of {provers}"


def _write(path: Path, content: object) -> None:
    try:
        path.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError:
        raise CommandError("the certificate cannot be written; check its folder and your rights to it") from None
