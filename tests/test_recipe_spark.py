"""The Spark recipe in the docs, run as it stands: its verdicts are those of a run here, row for row."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from own import own_rows
from postclass.cli import main

pyspark = pytest.importorskip("pyspark")

RECIPE = Path(__file__).parents[1] / "docs" / "recipes" / "spark.md"


@pytest.fixture
def spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A session of two threads in a directory of its own, which the recipe's `getOrCreate` finds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.host", "127.0.0.1").config("spark.log.level", "ERROR").getOrCreate()
    yield session
    session.stop()


@pytest.mark.filterwarnings("default")
def test_recipe(spark: Any) -> None:  # noqa: ANN401
    """Both ways of the recipe write what `postclass classify` writes."""
    names = ("id", "title", "company", "description")
    table = pa.table({name: [*(row[name] for row in own_rows()), None] for name in names})
    pq.write_table(table, "postings.parquet", row_group_size=20)
    names_of_the_recipe = {"__name__": "__main__"}  # as in a script, so that its functions travel whole
    for code in re.findall(r"```python\n(.*?)```", RECIPE.read_text("utf-8"), re.DOTALL):
        exec(compile(code, str(RECIPE), "exec"), names_of_the_recipe)  # noqa: S102 - our own docs
    result = CliRunner().invoke(main, ["classify", "postings.parquet", "-o", "here.parquet"])
    expected = pq.read_table("here.parquet").to_pylist()

    assert 0 == result.exit_code, result.output
    assert len(own_rows()) + 1 == len(expected)
    for output in ("verdicts.parquet", "verdicts_by_pandas.parquet"):
        found = pq.read_table(output).to_pylist()

        assert expected == sorted(found, key=lambda verdict: int(verdict["row"]))
