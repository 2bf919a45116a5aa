"""The imports of the process that commands are forked from. Nothing here may use JAX while it is imported, as environments do: a process with JAX's
threads cannot be forked."""

import gc
import importlib

for name in (
    "backend.serving",
    "backend.security",
    "backend.app",
    "backend.cli.application",
    "dashboard",
    "uvloop",
    "httptools",
    "websockets",
    # The environments' package imports these, which takes longer than all else that a server does before its first plan.
    "gymnasium",
    "seaborn",
):
    importlib.import_module(name)

# What was imported stays in the memory that is shared with those forked: collecting garbage would copy it.
gc.collect()
gc.freeze()
