"""Bytes in, choices out: what atheris's FuzzedDataProvider does, so that a corpus can be replayed without atheris."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Draw:
    """Takes choices from the front of some bytes; where none are left, the first of each."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def number(self, below: int) -> int:
        """A number from 0 up to, and without, `below` (at most 65,536)."""
        size = 1 if below <= 256 else 2
        taken, self.rest = self.rest[:size], self.rest[size:]
        return int.from_bytes(taken, "little") % below

    def pick(self, items: Sequence[Item]) -> Item:
        """One of some things."""
        return items[self.number(len(items))]

    def piece(self, most: int) -> bytes:
        """Some of the bytes, as many as the first of them says."""
        size = self.number(most + 1)
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken
