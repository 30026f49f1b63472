"""`postclass schema`: nothing in, the schema of an output row out."""

import click

from postclass.verdict import Explain


@click.command()
@click.option("--explain", type=click.Choice(["none", "terms", "full"]), default="terms", show_default=True,
              help="What a verdict tells, as for classify.")  # fmt: skip
@click.option("--format", "format_", type=click.Choice(["json", "arrow"]), default="json", show_default=True,
              help="A JSON Schema (draft 2020-12) of JSON rows, or the Arrow types of Parquet.")  # fmt: skip
def schema(explain: Explain, format_: str) -> None:
    """Print the schema of an output row.

    Its version is in $id, and in the metadata of Parquet files: under one version fields may be added, none change
    their meaning or go.

    \b
    Examples:
      postclass schema > verdict.schema.json
      postclass schema --explain full --format arrow
    """
    import json

    from postclass.batches import verdict_schema
    from postclass.rowschema import row_schema

    if format_ == "arrow":
        click.echo(verdict_schema(explain).to_string(truncate_metadata=False))
    else:
        click.echo(json.dumps(row_schema(explain), indent=2))
