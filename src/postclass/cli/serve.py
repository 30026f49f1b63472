"""`postclass serve`: a web page and a JSON API on this machine, until Ctrl-C."""

from pathlib import Path

import click

from postclass.cli.modeloption import model_option
from postclass.cli.numbers import WORKERS
from postclass.errors import InputError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others can then reach it.")
@click.option("--port", default=8642, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: any free one.")
@click.option("--allow-host", "names", metavar="NAME", multiple=True, help="A name that requests may be addressed to, "
              "beside the address itself and localhost. May be given several times.")  # fmt: skip
@click.option("--workers", metavar="N", type=WORKERS, help="Processes that judge; by itself one a core, "
              "at most 4.")  # fmt: skip
@model_option
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
def serve(host: str, port: int, names: tuple[str, ...], workers: int | None, model: Path | None, opens: bool) -> None:
    """Serve a page for single postings and for files of them, and a JSON API.

    Paste a posting, and its level moves as you edit; drop a CSV, Excel or JSONL file for its audit. Nothing is kept,
    and nothing leaves this machine. The API is described at /openapi.json and in docs/serve.md.

    \b
    Examples:
      postclass serve --open
      postclass serve --port 9000 --workers 2
    """
    from postclass.modelfile import load_model

    try:
        from postclass.serve import ServeSettings
        from postclass.serve.running import run
    except ImportError as error:
        raise InputError(
            f"`serve` needs {error.name or 'FastAPI and uvicorn'}: pip install 'postclass[serve]'."
        ) from error
    load_model(model)  # what is wrong with it is said here, not by the processes
    settings = ServeSettings(model=model, hosts=_hosts(host, names))
    if workers is not None:
        settings = ServeSettings(model=model, hosts=settings.hosts, workers=workers)

    def ready(address: str) -> None:
        click.echo(f"postclass is ready at {address} (Ctrl-C ends it)")
        if opens:
            click.launch(address)

    run(settings, host=host, port=port, ready=ready)


def _hosts(host: str, names: tuple[str, ...]) -> frozenset[str]:
    """The names that requests may be addressed to; of an address for all networks, those that are given."""
    own = f"[{host}]" if ":" in host else host
    return frozenset(name.casefold() for name in ("127.0.0.1", "localhost", "[::1]", own, *names))
