"""Fixtures of all test modules."""

import gc
from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(autouse=True, scope="module")
def few_programs() -> Iterator[None]:
    """Drop compiled programs after each module.

    A compiled program holds hundreds of memory maps, and Linux limits a process to 65 530. A worker that kept the
    programs of the whole suite would crash inside the compiler.
    """
    yield
    jax.clear_caches()
    gc.collect()
