"""All benchmarks, one after the other."""

import subprocess
import sys

for module in ("benchmarks.planning", "benchmarks.page", "benchmarks.opening", "benchmarks.service"):
    print(f"-- {module}", flush=True)
    subprocess.run([sys.executable, "-m", module], check=True)
