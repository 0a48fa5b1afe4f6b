"""A Spark session for one run, and one sentence where there can be none."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from linkage.errors import LinkageError

NEEDED = "the Spark engine needs pip install 'hearthgate[spark]' and Java 17 (apt-get install default-jre-headless)"
_LOCAL = "local"


def missing() -> str | None:
    """What is to be done before Spark can run here; None where nothing is."""
    if find_spec("pyspark") is None or find_spec("pyarrow") is None or shutil.which("java") is None:
        return NEEDED
    return None


@contextmanager
def spark_session(master: str, work: Path, memory: str = "4g") -> Iterator[Any]:
    """A session on `master`, a Spark address or `local[n]`. Raise `LinkageError` where none can be had.

    `work` is where Spark lays aside what does not fit. On one machine it speaks to nobody but itself.
    """
    if (needed := missing()) is not None:
        raise LinkageError(needed)
    from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    builder = SparkSession.builder.appName("hearthgate link").master(master)
    options = {
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": memory,
        # With a limit in bytes Spark adds up the whole batch after every row; the number of rows is limit enough.
        "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
        "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.compression.codec": "zstd",
    }
    if master.startswith(_LOCAL):
        options |= {
            "spark.local.dir": str(work),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
        }
    for name, value in options.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError):
        raise LinkageError("Spark does not start; check --spark-master and that Java is 17 or later") from None
    if master.startswith(_LOCAL):
        session.sparkContext.pythonExec = sys.executable
    try:
        yield session
    finally:
        session.stop()
