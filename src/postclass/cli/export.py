"""`postclass export`: a model in, a file for other tools out."""

from pathlib import Path

import click

from postclass.exporting import KINDS

PICKLE = "a joblib file is a pickle: loading one runs whatever code is in it. Load only files that you made yourself."


@click.command()
@click.option("--to", "kind", type=click.Choice(KINDS), required=True, help="What for.")
@click.option("-o", "--output", required=True, metavar="PATH", help="File to write (a folder for huggingface); - is "
              "stdout.")  # fmt: skip
@click.option("--model", type=click.Path(path_type=Path), help="A model directory instead of the shipped one.")
@click.option("--force", is_flag=True, help="Overwrite what exists.")
def export(kind: str, output: str, model: Path | None, force: bool) -> None:
    """Write a model for other tools.

    joblib is a scikit-learn pipeline; onnx a graph in double precision from terms to the verdict; json all terms and
    weights in one plain file; huggingface a folder with the model and its card. What is written is read back and must
    judge the project's own postings as postclass does, or nothing is kept.

    \b
    Example:
      postclass export --to json -o model.json
    """
    from postclass.exporting import export as run

    run(kind, output, model=model, force=force)
    if kind == "joblib":
        click.echo(f"Note: {PICKLE}", err=True)
