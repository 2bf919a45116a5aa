"""The engine: loads checkpoints, compiles programs and runs them on the device.

`interface` says what the rest of the service needs of one; `local` is the one in this process; `ahead` compiles shipped environments while idle.
"""
