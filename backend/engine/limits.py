"""Limits of an engine where nobody chose others: memory in bytes, time in seconds on the device."""

PROGRAM_MEMORY = 640 * 1024**2
"""Of all compiled programs together; the last one used is always kept."""
TABLE_MEMORY = 256 * 1024**2
"""Of all tables of exact answers together."""
MEMORY = 2 * 1024**3
"""Of all plans being made or held together."""
PLAN_MEMORY = 512 * 1024**2
"""Of one plan."""
PLAN_SECONDS = 30.0
"""Time that one plan may be expected to take."""
