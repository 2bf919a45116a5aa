"""The engine: loads checkpoints, compiles programs and runs them on the device.

`interface` defines the engine for the rest of the service. `local` is an engine in this process. `ahead` compiles shipped environments while idle.
"""
