"""Limits on how often a route may be used."""

from typing import Any

from fastapi import Depends, Request

from backend.problems import TooMany
from backend.routes.services import Given, client


def limited(kind: str) -> Any:
    """A dependency of routes: raises TooMany where a client asks more often than `max_<kind>_per_minute`."""

    def check(request: Request, given: Given) -> None:
        rate = given.rates[kind]
        if waits := rate.take(client(request)):
            detail = f"one address may ask for {rate.per_minute} {kind} a minute; ask again in {waits:.0f} s"
            raise TooMany(detail, headers={"Retry-After": str(int(waits) + 1)})

    return Depends(check)
