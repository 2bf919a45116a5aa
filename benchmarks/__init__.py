"""Benchmarks, as ratios within one run. `python -m benchmarks` runs all; each module can also be run alone."""
