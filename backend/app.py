"""The FastAPI app of the backend."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from backend import problems
from backend.config import ServerConfig
from backend.engine import Engine, use_compilation_cache
from backend.metrics import Metrics
from backend.problems import NotFound, Problem
from backend.requests import complete_settings
from backend.routes import catalogue, health, plans, sessions
from backend.routes.services import Services
from backend.security import Guard
from backend.sessions import Sessions

API = "/api/v1"
log = logging.getLogger("twistscope")


def create_app(config: ServerConfig) -> FastAPI:
    """The backend, with all it holds; nothing lives outside of it. Warms the preloaded checkpoint once it runs."""
    use_compilation_cache(config.data / "compiled")
    engine = Engine(config.checkpoints, max_programs=config.max_programs)
    metrics = Metrics()
    services = Services(config, engine, Sessions(engine, metrics, config.max_sessions), metrics, "starting")

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(_warm(services))
        yield
        warming.cancel()
        await services.sessions.close()
        engine.close()

    app = FastAPI(
        title="twistscope",
        lifespan=lifespan,
        openapi_url=f"{API}/openapi.json",
        docs_url=f"{API}/docs",
        redoc_url=None,
    )
    app.state.services = services
    problems.install(app)
    app.add_middleware(Guard, token=config.token, allowed_origins=config.allowed_origins)
    if config.allowed_origins:
        # Outside the guard: a browser asks for leave without a token, and reads a refusal only where its origin may.
        app.add_middleware(
            CORSMiddleware, allow_origins=list(config.allowed_origins), allow_methods=["*"], allow_headers=["*"], allow_credentials=True
        )
    api = APIRouter(prefix=API)
    for routes in (health, catalogue, plans, sessions):
        api.include_router(routes.router)
    app.include_router(api)

    @app.api_route("/api/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    async def unknown(path: str) -> None:
        # The dashboard's catch-all would answer with a page.
        raise NotFound(f"no route /api/{path}; the routes are listed at {API}/docs")

    return app


async def _warm(services: Services) -> None:
    """Load the preloaded checkpoint and compile its planner, so that the first viewer does not wait."""
    engine, name = services.engine, services.config.preload
    names = engine.checkpoints.names()
    name = name if name in names else next(iter(names), "")
    try:
        if not name:
            services.awaited = f"no checkpoint in {services.config.checkpoints.name}: train one with `twistscope train`"
            return
        services.awaited = f"loading checkpoint {name!r}"
        moment = await engine.first_moment(name, 0)
        services.awaited = f"compiling the planner of checkpoint {name!r}"
        await engine.plan(name, "trt_smc", complete_settings("trt_smc", {}, engine.card(name)), moment.state, seed=0, step=0)
        services.awaited = None
    except Problem as problem:
        services.awaited = problem.detail
        log.error("not ready: %s", problem.detail)
