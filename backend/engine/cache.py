"""The cache of compiled programs on disk."""

from functools import cache
from pathlib import Path

import jax


@cache
def use_compilation_cache(folder: Path) -> None:
    """Keep compiled programs on disk, so that later starts are fast."""
    folder.mkdir(parents=True, exist_ok=True)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    # XLA's own caches would put the folder's path into the key of every program: one compiled elsewhere, or ahead, would not be found.
    jax.config.update("jax_persistent_cache_enable_xla_caches", "none")
