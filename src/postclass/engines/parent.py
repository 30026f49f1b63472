"""A process's parent in, and the process ends with it: whoever is killed can't tell its workers to stop."""

import os
import threading
import time

_LOOKS = 1.0  # seconds between two looks whether the parent still lives


def end_with(parent: int) -> None:
    """End this process at most a second or so after the process with that id, its parent, is gone.

    The parent tells its id itself: one that was killed early is not the parent any more when its worker asks.
    """
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOKS)
    os._exit(1)  # at once: what it still wrote to the others would keep them all waiting
