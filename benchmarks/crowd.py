"""A class that watches: the age of frames at many viewers of one recorded, playing session while one of them reads very slowly, and memory over time.

    python -m benchmarks.crowd [--viewers N] [--seconds S] [--speed STEPS] [--no-record] [--json]

Server and viewers share this machine; the viewers are in a process of their own. The age of a frame is the time from the end of its plan to its
arrival, in whole milliseconds.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import multiprocessing.connection
import socket
import tempfile
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import psutil
from websockets.asyncio.client import connect

from benchmarks import options as given
from benchmarks.page import start_server

SESSION = {"checkpoint": "cartpole", "settings": {"particles": 256, "depth": 24}}
SLOW_BYTES = 1000
"""Bytes that the slow viewer reads in a second."""


def header_of(message: bytes) -> dict[str, Any]:
    return json.loads(message[8 : 8 + int.from_bytes(message[:8], "little")])["__metadata__"]


async def watch(url: str, ages: list[float], begin: asyncio.Event) -> None:
    """A viewer that draws everything at once."""
    async with connect(url, max_size=None, compression=None) as link:
        async for message in link:
            if isinstance(message, bytes):
                arrived, header = time.time(), header_of(message)
                if begin.is_set():
                    ages.append(1e3 * (arrived - datetime.fromisoformat(header["created"]).timestamp()))
                await link.send(json.dumps({"type": "ack", "frame": int(header["frame"])}))


async def crawl(url: str) -> None:
    """A viewer that reads SLOW_BYTES a second and answers pings with nothing."""
    parts = urlsplit(url.replace("ws", "http", 1))
    reading = socket.create_connection((parts.hostname, parts.port))
    reading.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reading.sendall(
        f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    reading.setblocking(False)
    while True:
        with contextlib.suppress(BlockingIOError):
            reading.recv(SLOW_BYTES)
        await asyncio.sleep(1)


def crowd(url: str, viewers: int, seconds: float, result: multiprocessing.connection.Connection) -> None:
    """All viewers; sends their ages, one list each."""

    async def all_of_them() -> list[list[float]]:
        begin, ages = asyncio.Event(), [[] for _ in range(viewers - 1)]
        tasks = [asyncio.ensure_future(watch(url, each, begin)) for each in ages]
        tasks.append(asyncio.ensure_future(crawl(url)))
        await asyncio.sleep(5)
        begin.set()
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return ages

    result.send(asyncio.run(all_of_them()))


async def keep_playing(url: str, speed: float, end: float) -> None:
    """Play, and begin the episode anew where it ends."""
    async with connect(url, max_size=None, compression=None) as link:
        play = json.dumps({"type": "command", "command": "play", "speed": speed})
        await link.send(play)
        while time.perf_counter() < end:
            with contextlib.suppress(TimeoutError):
                message = await asyncio.wait_for(link.recv(), 1)
                if isinstance(message, bytes):
                    await link.send(json.dumps({"type": "ack", "frame": int(header_of(message)["frame"])}))
                elif json.loads(message).get("phase") == "ended":
                    await link.send(json.dumps({"type": "command", "command": "reset"}))
                    await link.send(play)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=given.count, default=100)
    parser.add_argument("--seconds", type=given.seconds, default=30)
    parser.add_argument("--speed", type=float, default=5, help="environment steps a second")
    parser.add_argument("--no-record", dest="record", action="store_false")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        process, address, _ = start_server(data, "--no-warm")
        api, server = address + "/api/v1", psutil.Process(process.pid)
        id = httpx.post(f"{api}/sessions", json=SESSION, timeout=300).raise_for_status().json()["id"]
        httpx.get(f"{api}/sessions/{id}/moments/0/trace", timeout=300).raise_for_status()
        if options.record:
            httpx.post(f"{api}/sessions/{id}/recording", json={}).raise_for_status()
        url = api.replace("http", "ws", 1) + f"/sessions/{id}/stream?drawing=true"
        ours, theirs = multiprocessing.Pipe(duplex=False)
        watching = multiprocessing.get_context("spawn").Process(target=crowd, args=(url, options.viewers, options.seconds, theirs), daemon=True)
        watching.start()
        memory: list[float] = []

        async def play_and_look() -> None:
            playing = asyncio.ensure_future(keep_playing(url, options.speed, time.perf_counter() + options.seconds + 8))
            while not playing.done():
                memory.append(server.memory_info().rss / 1e6)
                await asyncio.sleep(min(options.seconds / 20, 10))
            await playing

        asyncio.run(play_and_look())
        ages = ours.recv()
        kept = httpx.get(f"{api}/sessions/{id}").json()["recording"]
        process.terminate()
        process.wait()
    every = np.concatenate([np.array(each) for each in ages])
    settled = np.array(memory[len(memory) // 4 :])
    found = {
        "viewers": options.viewers,
        "frames a viewer and second": round(len(every) / (options.viewers - 1) / options.seconds, 1),
        "age p50 ms": round(float(np.percentile(every, 50)), 1),
        "age p95 ms": round(float(np.percentile(every, 95)), 1),
        "age p99 ms": round(float(np.percentile(every, 99)), 1),
        "frames kept": None if kept is None else kept["frames"],
        "memory after a quarter MB": round(float(settled[0])),
        "memory at the end MB": round(float(settled[-1])),
        "largest MB": round(max(memory)),
    }
    print(json.dumps(found, indent=2) if options.json else "\n".join(f"{name}: {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
