"""Latency of the page: slider to paint, frames painted while playing, bytes and server time of a frame.

Measured with the real server and headless Chromium on this machine. The ratio compares slider to paint with the plan alone, its lower bound.

    python -m benchmarks.page [--particles 256] [--depth 24] [--seconds 10] [--turns 100]
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(data: str, *options: str, **environment: str) -> tuple[subprocess.Popen, str, float]:
    """Start a server. Returns the process, its address, and the seconds until it answered."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "backend.cli", "serve", "--no-open", "--port", str(free_port()), *options]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TWISTSCOPE_DATA": data} | environment, stdout=subprocess.PIPE, text=True)
    address = re.search(r"http://\S+", process.stdout.readline()).group()
    return process, address, time.perf_counter() - started


def metric(address: str, name: str) -> float:
    """Read one Prometheus metric."""
    lines = httpx.get(f"{address}/api/v1/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(name + " "))


def set_shape(page: Page, address: str, particles: int, depth: int) -> None:
    session = page.evaluate("window.twistscope.session")
    httpx.patch(f"{address}/api/v1/sessions/{session}/settings", json={"particles": particles, "depth": depth}).raise_for_status()
    page.wait_for_function(
        "([n, t]) => { const f = window.twistscope.lastFrame; return f.particles === n && f.depth === t && window.twistscope.phase === 'idle'; }",
        arg=[particles, depth],
        timeout=120_000,
    )


def slider_to_paint(page: Page, turns: int) -> list[float]:
    """Milliseconds from each change of the alpha slider to the picture of its plan, in both directions, with the real control."""
    slider = page.locator('[data-knob="alpha"] [role=slider]')
    slider.focus()
    page.evaluate("window.twistscope.latencies.length = 0")
    for turn in range(turns):
        slider.press("ArrowRight" if turn % 2 else "ArrowLeft")
        page.wait_for_function("n => window.twistscope.latencies.length > n", arg=turn, timeout=30_000)
    return page.evaluate("window.twistscope.latencies")


def playing(page: Page, address: str, server: psutil.Process, seconds: float) -> dict[str, float]:
    """Frames painted per second, and bytes and server time of a frame, while playing at the highest speed."""
    session = page.evaluate("window.twistscope.session")
    command = lambda **body: httpx.post(f"{address}/api/v1/sessions/{session}/commands", json=body).raise_for_status()
    before = {name: metric(address, name) for name in ("twistscope_frames_sent_total", "twistscope_frame_bytes_total", "twistscope_plans_total")}
    cpu = sum(server.cpu_times()[:2])
    painted = page.evaluate("window.twistscope.framesPainted")
    command(command="play", speed=60)
    time.sleep(seconds)
    painted = page.evaluate("window.twistscope.framesPainted") - painted
    cpu = sum(server.cpu_times()[:2]) - cpu
    after = {name: metric(address, name) - value for name, value in before.items()}
    command(command="pause")
    frames = after["twistscope_frames_sent_total"]
    return {
        "painted_per_s": painted / seconds,
        "plans_per_s": after["twistscope_plans_total"] / seconds,
        "bytes_per_frame": after["twistscope_frame_bytes_total"] / frames,
        "server_cpu_ms_per_frame": 1e3 * cpu / frames,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--particles", type=int, default=256)
    parser.add_argument("--depth", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=7)
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = {"particles": options.particles, "depth": options.depth}
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS)
        for start in ("first", "second"):
            began = time.perf_counter()
            process, address, answered = start_server(data)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(address)
            page.wait_for_function("window.twistscope?.framesPainted > 0", timeout=120_000)
            result |= {f"{start}_start_answers_s": answered, f"{start}_start_live_page_s": time.perf_counter() - began}
            if start == "first":
                page.close()
                process.terminate()
                process.wait()
        try:
            set_shape(page, address, options.particles, options.depth)
            latencies = np.array(slider_to_paint(page, options.turns))
            plans, spent = metric(address, "twistscope_plan_seconds_count"), metric(address, "twistscope_plan_seconds_sum")
            plan_ms = 1e3 * spent / plans
            result |= {
                "slider_to_paint_p50_ms": float(np.median(latencies)),
                "slider_to_paint_p95_ms": float(np.quantile(latencies, 0.95)),
                "mean_plan_ms": plan_ms,
                "slider_to_paint_over_plan": float(np.median(latencies)) / plan_ms,
            }
            result |= playing(page, address, psutil.Process(process.pid), options.seconds)
        finally:
            process.terminate()
            process.wait()
            browser.close()
    print(json.dumps(result) if options.json else "\n".join(f"{name:28s} {value:10.2f}" for name, value in result.items()))


if __name__ == "__main__":
    main()
