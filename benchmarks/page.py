"""Latency of the page: slider to paint, frames painted while playing, bytes, server and page time of a frame, and memory of the page.

Measured with the real server and headless Chromium on this machine. The ratio compares slider to paint with the plan alone, its lower bound.

    python -m benchmarks.page [--sizes 256x24,4096x32,16384x64] [--seconds 10] [--turns 100] [--minutes 0] [--profile FOLDER]

`painted_per_s` can be limited by the planner (`plans_per_s`: plans that were made), by the link or by the page (`page_ms_per_frame`: processor
time of the page's main thread; 60 frames a second leave 16.7). `--minutes` plays on for so long and says how the heap of the page grew. `--profile`
writes a CPU profile of the page for each size, which Chromium's developer tools open. Drawing alone is measured by benchmarks.drawing.
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
from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks import options as given

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def chromium() -> str | None:
    """Path of the browser: with windows where there is one, which is what people have."""
    return shutil.which("chromium") or shutil.which("chromium-headless-shell")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(data: str, *options: str, **environment: str) -> tuple[subprocess.Popen, str, float]:
    """Start a server. Returns the process, its address, and the seconds until it answered."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "backend.cli", "serve", "--no-open", "--port", str(free_port()), *options]
    # Measurements begin at the beginning of an episode, as they always have.
    usual = {"TWISTSCOPE_DATA": data, "TWISTSCOPE_FIRST_MOMENT": "false"}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | usual | environment, stdout=subprocess.PIPE, text=True)
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


def playing(page: Page, link: CDPSession, address: str, server: psutil.Process, seconds: float) -> dict[str, float]:
    """Frames painted per second, and bytes, server time and page time of a frame, while playing at the highest speed."""
    before = {name: metric(address, name) for name in ("twistscope_frames_sent_total", "twistscope_frame_bytes_total", "twistscope_plans_total")}
    cpu, task = sum(server.cpu_times()[:2]), page_seconds(link)
    painted = page.evaluate("window.twistscope.framesPainted")
    play(page, address)
    time.sleep(seconds)
    painted = page.evaluate("window.twistscope.framesPainted") - painted
    cpu, task = sum(server.cpu_times()[:2]) - cpu, page_seconds(link) - task
    after = {name: metric(address, name) - value for name, value in before.items()}
    command(page, address, command="pause")
    frames = max(after["twistscope_frames_sent_total"], 1)
    return {
        "painted_per_s": painted / seconds,
        "plans_per_s": after["twistscope_plans_total"] / seconds,
        "bytes_per_frame": after["twistscope_frame_bytes_total"] / frames,
        "server_cpu_ms_per_frame": 1e3 * cpu / frames,
        "page_ms_per_frame": 1e3 * task / max(painted, 1),
    }


def command(page: Page, address: str, **body: object) -> httpx.Response:
    session = page.evaluate("window.twistscope.session")
    return httpx.post(f"{address}/api/v1/sessions/{session}/commands", json=body)


def play(page: Page, address: str) -> None:
    """Play at the highest speed; an episode that has ended begins again with the next seed."""
    while command(page, address, command="play", speed=60).status_code == 409:
        command(page, address, command="reset", seed=page.evaluate("window.twistscope.seed") + 1).raise_for_status()


def page_seconds(link: CDPSession) -> float:
    """Seconds of processor time of the page's main thread so far, where the time domain of the link is `threadTicks`."""
    return {entry["name"]: entry["value"] for entry in link.send("Performance.getMetrics")["metrics"]}["TaskDuration"]


def heap(link: CDPSession) -> float:
    """MB of the page's JavaScript heap that are in use, after a collection."""
    link.send("HeapProfiler.collectGarbage")
    return {entry["name"]: entry["value"] for entry in link.send("Performance.getMetrics")["metrics"]}["JSHeapUsedSize"] / 2**20


def playing_on(page: Page, link: CDPSession, address: str, minutes: float) -> dict[str, float]:
    """Heap of the page before and after some minutes of play. Episodes that end begin again with another seed."""
    before = heap(link)
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        play(page, address)
        page.wait_for_timeout(min(5000, 1000 * max(end - time.monotonic(), 0.1)))
    command(page, address, command="pause")
    after = heap(link)
    return {"minutes": minutes, "heap_before_mb": before, "heap_after_mb": after, "heap_growth_mb_per_minute": (after - before) / minutes}


def measure(
    page: Page, link: CDPSession, address: str, server: psutil.Process, options: argparse.Namespace, size: tuple[int, int]
) -> dict[str, float]:
    """All numbers of one size."""
    set_shape(page, address, *size)
    before = [metric(address, f"twistscope_plan_seconds_{name}") for name in ("count", "sum")]
    latencies = np.array(slider_to_paint(page, options.turns))
    plans, spent = (metric(address, f"twistscope_plan_seconds_{name}") - value for name, value in zip(("count", "sum"), before, strict=True))
    plan_ms = 1e3 * spent / plans
    result = {
        "slider_to_paint_p50_ms": float(np.median(latencies)),
        "slider_to_paint_p95_ms": float(np.quantile(latencies, 0.95)),
        "mean_plan_ms": plan_ms,
        "slider_to_paint_over_plan": float(np.median(latencies)) / plan_ms,
    }
    if options.profile:
        link.send("Profiler.start")
    result |= playing(page, link, address, server, options.seconds)
    if options.profile:
        (options.profile / f"page-{size[0]}x{size[1]}.cpuprofile").write_text(json.dumps(link.send("Profiler.stop")["profile"]), "utf-8")
    if options.minutes:
        result |= playing_on(page, link, address, options.minutes)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=given.sizes, default=given.sizes("256x24"))
    parser.add_argument("--seconds", type=given.seconds, default=7)
    parser.add_argument("--turns", type=given.count, default=100)
    parser.add_argument("--minutes", type=float, default=0, help="play on for so long at each size, for the heap")
    parser.add_argument("--profile", type=Path, help="folder for CPU profiles of the page")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found: dict[str, dict[str, float]] = {"": {}}
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        for start in ("first", "second"):
            began = time.perf_counter()
            process, address, answered = start_server(data)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(address)
            page.wait_for_function("window.twistscope?.framesPainted > 0", timeout=120_000)
            found[""] |= {f"{start}_start_answers_s": answered, f"{start}_start_live_page_s": time.perf_counter() - began}
            if start == "first":
                page.close()
                process.terminate()
                process.wait()
        try:
            link = page.context.new_cdp_session(page)
            link.send("Performance.enable", {"timeDomain": "threadTicks"})
            for domain in ("HeapProfiler", "Profiler"):
                link.send(f"{domain}.enable")
            if options.profile:
                options.profile.mkdir(parents=True, exist_ok=True)
            for size in options.sizes:
                found[f"{size[0]}x{size[1]}"] = measure(page, link, address, psutil.Process(process.pid), options, size)
        finally:
            process.terminate()
            process.wait()
            browser.close()
    if options.json:
        print(json.dumps(found))
        return
    for size, numbers in found.items():
        print("\n".join(f"{size:>9s} {name:28s} {value:12.2f}" for name, value in numbers.items()))


if __name__ == "__main__":
    main()
