"""Kill a server while it records at full speed, again and again, and look for what it had acknowledged.

    python -m benchmarks.kills --times 100

Each time a server records a session that plays as fast as it can, a viewer notes the last number of kept frames it is told, the process gets SIGKILL,
and the file is read: the number of frames may not be smaller, and every frame must be whole.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from backend.recordings.file import count_frames, open_to_read, read_frames
from benchmarks import options as given

SESSION = {"checkpoint": "cartpole-early", "settings": {"particles": 64, "depth": 12}}
LIMIT = 2**30


def record_and_kill(data: Path, seconds: float) -> tuple[Path, int]:
    """Record for some seconds, kill the server, and return the file and the last number of frames that a viewer was told."""
    environment = os.environ | {"TWISTSCOPE_DATA": str(data), "TWISTSCOPE_WARM": "false"}
    server = subprocess.Popen(
        [sys.executable, "-m", "backend.cli", "serve-backend", "--port", "8399"], env=environment, stdout=subprocess.PIPE, text=True
    )
    acknowledged = 0
    try:
        address = server.stdout.readline().split()[-1]
        api = f"{address}/api/v1"
        session = httpx.post(f"{api}/sessions", json=SESSION, timeout=120).json()
        with connect(f"{api.replace('http', 'ws', 1)}/sessions/{session['id']}/stream?drawing=true", max_size=None) as link:
            while not isinstance(link.recv(), bytes):
                pass
            recording = httpx.post(f"{api}/sessions/{session['id']}/recording", json={}).json()
            link.send(json.dumps({"type": "command", "command": "play", "speed": 1000}))
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                try:
                    message = link.recv(timeout=max(ends - time.monotonic(), 0.001))
                except TimeoutError:
                    break
                text = json.loads(message) if isinstance(message, str) else {}
                if text.get("type") == "recording":
                    acknowledged = text["recording"]["frames"]
                # At the end of an episode another begins.
                if text.get("type") == "status" and text["phase"] == "ended":
                    link.send(json.dumps({"type": "command", "command": "reset", "seed": random.randrange(1000)}))
                    link.send(json.dumps({"type": "command", "command": "play", "speed": 1000}))
            server.send_signal(signal.SIGKILL)
            # Messages that were on their way arrive, too.
            try:
                while True:
                    message = link.recv(timeout=5)
                    text = json.loads(message) if isinstance(message, str) else {}
                    if text.get("type") == "recording":
                        acknowledged = text["recording"]["frames"]
            except (ConnectionClosed, TimeoutError):
                pass
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
    return data / "recordings" / f"{recording['id']}.twistscope", acknowledged


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=given.count, default=100)
    arguments = parser.parse_args()
    lost = damaged = total = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.times):
            file, acknowledged = record_and_kill(Path(folder), random.uniform(0.2, 2.0))
            try:
                with closing(open_to_read(file)) as connection:
                    frames, _ = count_frames(connection)
                    for frame in read_frames(connection):
                        frame.record(LIMIT)
            except ValueError as error:
                damaged += 1
                print(f"{number}: {error}")
                continue
            lost += max(acknowledged - frames, 0)
            total += frames
            file.unlink()
            if number % 10 == 9:
                print(f"{number + 1} kills, {total} frames read, {lost} acknowledged frames lost, {damaged} files damaged", flush=True)
    print(f"{arguments.times} kills: {total} frames read, {lost} acknowledged frames lost, {damaged} files damaged")
    sys.exit(1 if lost or damaged else 0)


if __name__ == "__main__":
    main()
