"""Fixtures that every test module shares, and the caches of compiled programs behind all of them.

Most of the suite's time is compiling. Programs are kept on disk, between workers and from run to run: one folder for the tests themselves, one for
the servers they start.
"""

import asyncio
import contextlib
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import pytest
from jax._src import compiler

from tests.forked import QUICK

CACHE = Path(os.environ.get("TWISTSCOPE_TEST_CACHE", Path.home() / ".cache" / "twistscope-tests"))
CACHE_BYTES = 2 * 1024**3
MOST_MAPS = 8_000
"""Number of memory maps from which compiled programs are dropped. Linux allows a process 65 530, but they take memory too."""


def pytest_configure(config: pytest.Config) -> None:
    """Turn the cache of compiled programs on before anything is compiled."""
    folder = CACHE / "programs"
    folder.mkdir(parents=True, exist_ok=True)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    jax.config.update("jax_persistent_cache_enable_xla_caches", "none")
    # A limit also makes workers take turns: without it one may read what another is still writing.
    jax.config.update("jax_compilation_cache_max_size", CACHE_BYTES)


LONGEST = (
    "lessons/test_claims", "browser/test_lessons", "backend/test_engines", "backend/test_fairness", "backend/test_limits",
    "browser/test_links", "browser/test_controls", "backend/test_ahead", "planner/test_extras", "browser/test_sizes",
    "planner/test_continuous", "training/test_training", "planner/test_environments", "backend/test_recordings",
    "planner/algorithms/test_plan_invariants", "planner/algorithms/test_plan_statistics", "planner/core/test_proposal",
    "backend/test_openings", "backend/test_ending", "browser/test_steady", "planner/record/test_diagnostics", "training/test_ppo",
    "browser/test_view", "browser/test_page", "planner/test_interventions", "planner/record/test_trail",
    "planner/record/test_trace_recomputed", "backend/test_detail", "backend/test_exporting", "browser/test_kept", "browser/test_class",
    "backend/test_links", "planner/test_docs", "backend/test_mistakes", "test_wheel", "browser/test_truth", "browser/test_files",
    "planner/algorithms/test_tsmcts", "planner/algorithms/test_faults", "browser/test_failure", "browser/test_checkpoints",
    "browser/test_notebook", "training/test_own_environment", "planner/record/test_why", "browser/test_race", "browser/test_first_moment",
    "planner/algorithms/test_hmm",
)  # fmt: skip
"""The modules that take longest, which come first: with one of them last, the other workers would wait for it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest modules come first, in the order of `LONGEST`."""
    place = {f"tests/{name}.py": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported: it went through all of it again and again, for a tenth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


# JAX has no public way to set options of XLA for all programs of a module.
_get_compile_options = compiler.get_compile_options


def quick_options(*arguments: Any, env_options_overrides: dict | None = None, **rest: Any) -> Any:
    """JAX's own options of a program, and `QUICK`."""
    return _get_compile_options(*arguments, env_options_overrides=QUICK | (env_options_overrides or {}), **rest)


@contextlib.contextmanager
def compiling_quickly() -> Iterator[None]:
    """Compile what is new in here without XLA's optimisation, and with `QUICK`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler, "get_compile_options", quick_options)
        jax.config.update("jax_disable_most_optimizations", True)
        try:
            yield
        finally:
            jax.config.update("jax_disable_most_optimizations", False)


def maps() -> int:
    """Number of memory maps of this process; 0 where it cannot be read."""
    listed = Path("/proc/self/maps")
    return listed.read_bytes().count(b"\n") if listed.exists() else 0


@pytest.fixture(autouse=True, scope="module")
def few_programs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Drop compiled programs before there are too many; compile quickly, without XLA's optimisation, in modules without the mark `optimised`.

    A compiled program holds hundreds of memory maps, and Linux limits a process to 65 530. A worker that kept the programs of the whole suite would
    crash inside the compiler. Modules compiled one way and the other share no programs.
    """
    optimised = "optimised" in {mark.name for mark in request.node.iter_markers()}
    if optimised:
        jax.clear_caches()
    with contextlib.nullcontext() if optimised else compiling_quickly():
        yield
    if optimised or maps() > MOST_MAPS:
        jax.clear_caches()
    gc.collect()


@pytest.fixture(autouse=True, scope="module")
def no_loop_left_running() -> Iterator[None]:
    """A module that leaves an event loop running in this thread would fail the modules after it, whichever they are."""
    yield
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()
