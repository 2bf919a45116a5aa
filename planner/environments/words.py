"""Numbers in captions, written as the page writes them (`assets/js/lib/format.js`): rounded half away from zero, with a real minus."""

import math
from decimal import ROUND_HALF_UP, Decimal

FINER = 4
"""States are in single precision, where 1/8 may be 0.12499998: a number that is so many decimals close to a half is one."""


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals, without a sign where all of its digits are zero."""
    if not math.isfinite(value):
        return "none"
    size = abs(Decimal(float(value)))
    for places in (decimals + FINER, decimals):
        size = size.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"\N{MINUS SIGN}{size}" if value < 0 and size else f"{size}"


def signed(value: float, decimals: int) -> str:
    """As `fixed`, with a sign at gains too."""
    words = fixed(value, decimals)
    return f"+{words}" if 0 < value < math.inf and words.strip("0.") else words


def count(amount: int, noun: str) -> str:
    """An amount with its noun, as 1 row and 3 rows."""
    return f"{amount} {noun}{'' if amount == 1 else 's'}"
