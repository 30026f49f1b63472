"""A server's limits and an address in; it runs until it is told to stop."""

import socket
from collections.abc import Callable

import uvicorn

from postclass.errors import StorageError
from postclass.serve.app import make_app
from postclass.serve.gate import Gate
from postclass.serve.settings import ServeSettings

CONNECTIONS = 1000  # at a time: those that send nothing take little, and the others must get in
IDLE = 30  # seconds that a connection without a request is kept


def run(settings: ServeSettings, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until Ctrl-C or SIGTERM; `ready` is told the address once requests are answered."""
    run_app(make_app(settings), host=host, port=port, ready=ready)


def run_app(app: Gate, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves any application behind its gate, likewise."""
    listening = _listening(host, port)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # says who asked what; nothing is kept
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=3,
        lifespan="on",
    )
    server = _Server(config, lambda: ready(_address(listening, host)))
    with listening:
        server.run([listening])


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._started()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off: otherwise answers wait 40 ms for an acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise StorageError(f"{host}, port {port}: {error.strerror or error}; choose another with --port.") from error
    return listening


def _address(listening: socket.socket, host: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listening.getsockname()[1]}/"
