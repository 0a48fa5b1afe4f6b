"""The `hearthgate` command. Each module is imported when its command runs, so offline work needs no web stack."""

import sys
import traceback
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import typer

from audit.errors import AuditError
from concept_model.errors import DataSharingError

PROGRAM = "hearthgate"
FAILED = 2
_ROOT = Path(__file__).resolve().parents[1]
_PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": False}

app = typer.Typer(
    name=PROGRAM,
    help="A multi-agency data-sharing gateway: families joined up, every disclosure agreed and on record.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@dataclass(frozen=True, slots=True)
class Mounted:
    """A command or group of commands in a module of its own, imported when it is called for."""

    name: str
    module: str
    application: str
    summary: str


RUNNING = "Run the gateway"
DemoRegister = Literal["main", "sandbox"]
MOUNTED: tuple[Mounted, ...] = (
    Mounted(
        "translate", "gateway.commands.feeds", "translate_app", "Turn a partner's file into concept records, offline."
    ),
    Mounted(
        "feeds",
        "gateway.commands.feeds",
        "feeds_app",
        "List feeds, try a mapping file; switch feeds on and off, see how they stand.",
    ),
    Mounted("push", "gateway.commands.push", "app", "Check a file and push it to a gateway."),
    Mounted("pull", "gateway.commands.pull", "app", "Pull from a partner's API, or say how every pull stands."),
    Mounted("watch", "gateway.commands.watch", "app", "Take the files that partners put into their folders."),
    Mounted("link", "gateway.commands.link", "app", "Join records into persons and households."),
    Mounted("why", "gateway.commands.link_pairs", "app", "Say why linked records are one person, or are not."),
    Mounted("matches", "gateway.commands.stewards", "matches_app", "As a steward: decide on pairs of records."),
    Mounted("households", "gateway.commands.stewards", "households_app", "As a steward: correct who lives with whom."),
    Mounted(
        "clk", "gateway.commands.clk", "app", "Encode persons for a partner without names; match two sides' encodings."
    ),
    Mounted("decide", "gateway.commands.agreements", "decide_app", "Ask a register one question: JSON in, JSON out."),
    Mounted(
        "agreements", "gateway.commands.agreements", "agreements_app", "Check a register's documents, or list them."
    ),
    Mounted("audit", "gateway.commands.audit", "app", "Verify the audit log, export it, fetch receipts."),
    Mounted(
        "witness", "gateway.commands.witness", "app", "Run a witness: cosign the checkpoints of somebody else's log."
    ),
    Mounted("staff", "gateway.commands.staff", "app", "Load an agency's staff list, for the review of accesses."),
    Mounted("erase", "gateway.commands.erase", "app", "Apply past erasures again after a restore."),
    Mounted("retention", "gateway.commands.retention", "app", "Forget facts whose time is over, or count them."),
    Mounted("keys", "gateway.commands.keys", "app", "Create, list and rotate the gateway's keys."),
)


@app.callback(invoke_without_command=True)
def _root(
    show_version: bool = typer.Option(False, "--version", help="Show the version and leave.", is_eager=True),
) -> None:
    if show_version:
        typer.echo(f"{PROGRAM} {version(PROGRAM)}")
        raise typer.Exit


_BESIDE = typer.Option(False, "--beside-parent", hidden=True, help="End when the process that started this one ends.")


@app.command(rich_help_panel=RUNNING)
def serve() -> None:
    """Serve the API and the pages; with the embedded database, run worker and sequencer too."""
    from gateway.commands.settings import read_settings  # noqa: PLC0415 - see the module's docstring
    from gateway.serving import serve as run  # noqa: PLC0415 - see the module's docstring

    run(read_settings())


@app.command(rich_help_panel=RUNNING)
def worker(beside_parent: bool = _BESIDE) -> None:
    """Work off jobs: linkage after each push, notices."""
    from gateway.commands.settings import read_settings  # noqa: PLC0415 - see the module's docstring
    from gateway.serving_worker import run_worker  # noqa: PLC0415 - see the module's docstring

    run_worker(read_settings(), beside_parent=beside_parent)


@app.command(rich_help_panel=RUNNING)
def intake(beside_parent: bool = _BESIDE) -> None:
    """Take pushed files that are too large for the request that brought them."""
    from gateway.commands.settings import read_settings  # noqa: PLC0415 - see the module's docstring
    from gateway.serving_intake import run_intake  # noqa: PLC0415 - see the module's docstring

    run_intake(read_settings(), beside_parent=beside_parent)


@app.command(rich_help_panel=RUNNING)
def sequencer(beside_parent: bool = _BESIDE) -> None:
    """Turn committed audit entries into leaves of the log's Merkle tree."""
    from gateway.commands.settings import read_settings  # noqa: PLC0415 - see the module's docstring
    from gateway.serving_log import run_sequencer_process  # noqa: PLC0415 - see the module's docstring

    run_sequencer_process(read_settings(), beside_parent=beside_parent)


@app.command(rich_help_panel=RUNNING)
def cosign(beside_parent: bool = _BESIDE) -> None:
    """Gather the cosignatures of witnesses for the log's checkpoints."""
    from gateway.commands.settings import read_settings  # noqa: PLC0415 - see the module's docstring
    from gateway.serving_log import run_cosign_process  # noqa: PLC0415 - see the module's docstring

    run_cosign_process(read_settings(), beside_parent=beside_parent)


@app.command(rich_help_panel=RUNNING)
def migrate() -> None:
    """Create what is missing (keys, roles, database) and bring the schema up to date."""
    from gateway.commands.settings import read_settings  # noqa: PLC0415 - see the module's docstring
    from gateway.migrating import run_migrate  # noqa: PLC0415 - see the module's docstring

    run_migrate(read_settings())


@app.command(rich_help_panel=RUNNING)
def demo(
    people: int = typer.Option(2000, min=1, help="How many invented people live in Northvale."),
    seed: int = typer.Option(1, help="The same seed gives the same borough."),
    once: bool = typer.Option(False, "--once", help="End after the story instead of serving on."),
    register: DemoRegister = typer.Option("main", help="sandbox also takes the benefits register (practice P10)."),
) -> None:
    """Play the whole story in the fictional borough of Northvale, over HTTP, from pushed files to a verified log."""
    from gateway.demo.story import run_demo  # noqa: PLC0415 - see the module's docstring

    raise typer.Exit(run_demo(people=people, seed=seed, once=once, register=register))


def _mount(mounted: Mounted) -> None:
    def run(context: typer.Context) -> None:
        application = getattr(import_module(mounted.module), mounted.application)
        application(args=context.args, prog_name=f"{PROGRAM} {mounted.name}")

    app.command(mounted.name, help=mounted.summary, add_help_option=False, context_settings=_PASS_ON)(run)


for _mounted in MOUNTED:
    _mount(_mounted)


def main() -> None:
    """Run a command. What goes wrong is one line on stderr: no traceback, as its values could be somebody's data."""
    try:
        app(prog_name=PROGRAM)
    except (DataSharingError, AuditError) as error:
        sys.stderr.write(f"{PROGRAM}: {error}\n")
    except Exception as error:  # noqa: BLE001 - the last resort, so that no value reaches the terminal
        sys.stderr.write(f"{PROGRAM}: {_unexpected(error)}\n")
    sys.exit(FAILED)


def _unexpected(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        # The system's own words hold no content of a file; its path is on the command line or in the settings.
        return f"{error.strerror} ({type(error).__name__})"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(_ROOT))]
    own = [frame for frame in frames if ".venv" not in frame.filename] or frames
    where = f" at {Path(own[-1].filename).relative_to(_ROOT)}:{own[-1].lineno}" if own else ""
    return f"unexpected {type(error).__name__}{where}; please report this line"
