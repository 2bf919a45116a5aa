"""The cache of compiled programs on disk."""

import logging
import tempfile
from functools import cache
from pathlib import Path

import jax

log = logging.getLogger("twistscope")


@cache
def use_compilation_cache(folder: Path) -> bool:
    """Keep compiled programs on disk, so that later starts are fast.

    Returns:
      False where that is not possible. Everything then works, only slower.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        log.warning("compiled programs are not kept, so every start compiles anew: %s: %s", folder, error.strerror)
        return False
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    # XLA's own caches would put the folder's path into the key of every program: one compiled elsewhere, or ahead, would not be found.
    jax.config.update("jax_persistent_cache_enable_xla_caches", "none")
    return True
