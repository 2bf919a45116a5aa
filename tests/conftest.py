"""What every test module shares."""

import gc
from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(autouse=True, scope="module")
def few_programs() -> Iterator[None]:
    """Forget compiled programs after each module.

    A compiled program holds hundreds of memory maps, and Linux gives a process 65 530: a worker that keeps the programs
    of the whole suite dies inside the compiler.
    """
    yield
    jax.clear_caches()
    gc.collect()
