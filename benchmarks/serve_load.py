"""Many users of `postclass serve` at once: how soon it answers, what fails, and whether its memory grows.

    python benchmarks/serve_load.py --users 200 --seconds 60 --slow 50

Each user edits a posting of the project's own and has it checked anew, as the page does: a request, a pause for typing,
and so on; before that one user alone, without pauses. `--slow` clients beside them send a request byte by byte and
never end it. Memory is that of the server and its processes together.
"""

import argparse
import asyncio
import contextlib
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx2 as httpx

ROOT = Path(__file__).parents[1]
PORT = 8650
BYTE_PAUSE = 0.2  # seconds between two bytes of a slow client
PAUSE = 1.0  # seconds between two checks of a user, on average


def postings() -> list[dict[str, str]]:
    """The project's own postings."""
    lines = (ROOT / "data" / "labelled" / "postings.jsonl").read_text(encoding="utf-8").splitlines()
    return [{name: row[name] for name in ("title", "company", "description")} for row in map(json.loads, lines)]


async def user(client: httpx.AsyncClient, until: float, seed: int, pause: float) -> tuple[list[float], list[str]]:
    """One user's times and what failed."""
    chance = random.Random(seed)  # noqa: S311 - the same users each time
    posting = chance.choice(postings())
    lines = posting["description"].split("\n")
    times: list[float] = []
    failed: list[str] = []
    await asyncio.sleep(chance.random() * pause)
    while time.monotonic() < until:
        text = "\n".join(lines[: chance.randint((len(lines) + 1) // 2, len(lines))])
        start = time.perf_counter()
        try:
            answer = await client.post("/page/check", json={**posting, "description": text})
        except httpx.HTTPError as error:
            failed.append(type(error).__name__)
        else:
            times.append(time.perf_counter() - start)
            if not answer.is_success:
                failed.append(str(answer.status_code))
        await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
    return times, failed


async def slow(until: float) -> None:
    """A client that holds a connection by a request that it never ends; it comes again when it is thrown out."""
    head = b"POST /v1/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n\r\n"
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
            try:
                for place in range(len(head) + 9000):
                    if time.monotonic() > until:
                        return
                    writer.write(head[place : place + 1] or b" ")
                    await writer.drain()
                    await asyncio.sleep(BYTE_PAUSE)
            finally:
                writer.close()


def memory(process: int) -> int:
    """Resident bytes of a process and its children."""
    total, left = 0, [process]
    while left:
        one = left.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text(encoding="utf-8")
            left += map(int, Path(f"/proc/{one}/task/{one}/children").read_text(encoding="utf-8").split())
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))
    return total


async def measure(users: int, seconds: float, pause: float, server: int, slow_ones: int = 0) -> None:
    """Runs that many users, and slow ones beside them, and prints what came of it."""
    until = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", limits=limits, timeout=30) as client:
        running = [asyncio.create_task(user(client, until, seed, pause)) for seed in range(users)]
        beside = [asyncio.create_task(slow(until)) for _ in range(slow_ones)]
        await asyncio.sleep(min(10, seconds / 4))
        before = memory(server)
        results = await asyncio.gather(*running)
        await asyncio.gather(*beside)
    times = sorted(one for took, _ in results for one in took)
    failed = [one for _, some in results for one in some]
    cuts = statistics.quantiles(times, n=100)
    print(
        f"{users:>4} users, {slow_ones} slow ones, {seconds:.0f} s: "
        f"{len(times):,} checks, {len(times) / seconds:.0f} a second; "
        f"median {1000 * cuts[49]:.0f} ms, p95 {1000 * cuts[94]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms; "
        f"failed {len(failed)} {sorted(set(failed))}; "
        f"memory {before / 2**20:.0f} MiB soon after the start, {memory(server) / 2**20:.0f} MiB at the end",
        flush=True,
    )


def main() -> None:
    """Starts a server, measures, ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--slow", type=int, default=0, help="clients that never end their request")
    chosen = parser.parse_args()
    command = [sys.executable, "-m", "postclass", "serve", "--port", str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            if server.stdout is not None:
                server.stdout.readline()  # it says when it is ready
            asyncio.run(measure(1, min(10.0, chosen.seconds), 0.0, server.pid))
            asyncio.run(measure(chosen.users, chosen.seconds, PAUSE, server.pid, chosen.slow))
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
