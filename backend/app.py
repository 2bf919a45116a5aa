"""The FastAPI app of the backend."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse

from backend import problems
from backend.config import ServerConfig
from backend.engine.ahead import compile_ahead
from backend.engine.cache import use_compilation_cache
from backend.engine.interface import Engine
from backend.engine.local import LocalEngine, limits_of
from backend.lessons.library import Lessons
from backend.metrics import Metrics
from backend.openings import REQUEST, Openings
from backend.problems import NotAllowed, NotFound, Problem
from backend.rates import Rate
from backend.recordings.library import Library
from backend.routes import catalogue, detail, drawings, health, lessons, plans, qr, races, reasons, recordings, sessions
from backend.routes.documented import document
from backend.routes.queries import only_known
from backend.routes.reading import reading_page
from backend.routes.services import Services
from backend.sessions.all import Sessions

API = "/api/v1"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
log = logging.getLogger("twistscope")


def create_app(config: ServerConfig) -> FastAPI:
    """Build the backend; it holds all state of the service. Once it runs, it warms the preloaded checkpoint.

    It is served only after `backend.security.protect`, which comes last: what is added later would see requests first.
    """
    kept = use_compilation_cache(config.data / "compiled")
    engine = _engine(config)
    metrics = Metrics()
    metrics.workers.set_function(lambda: engine.workers)
    engine.planned = metrics.planned
    library = Library(config.data / "recordings", config.max_recordings, config.max_plan_memory)
    every_session = Sessions(engine, metrics, config.max_sessions, library)
    rates = {kind: Rate(getattr(config, f"max_{kind}_per_minute")) for kind in ("sessions", "exports", "uploads")}
    services = Services(config, engine, every_session, metrics, Openings(config.checkpoints), Lessons(config.lessons), rates, "starting")

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await engine.start()
        warming = asyncio.create_task(_warm(services, ahead=config.warm and kept))
        yield
        warming.cancel()
        # It leaves no folder behind.
        await asyncio.wait({warming}, timeout=1)
        await services.sessions.close()
        await asyncio.to_thread(library.close)
        engine.close()

    app = FastAPI(
        title="twistscope",
        lifespan=lifespan,
        openapi_url=f"{API}/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    problems.install(app)
    api = APIRouter(prefix=API)
    # Probes may ask with parameters of their own.
    api.include_router(health.router)
    for routes in (catalogue, plans, drawings, sessions, races, reasons, detail, recordings, lessons, qr):
        api.include_router(routes.router, dependencies=[Depends(only_known)])
    app.include_router(api)
    document(app)

    @app.get(f"{API}/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(reading_page(app.openapi(), f"{API}/openapi.json"))

    @app.api_route("/api/{path:path}", methods=list(METHODS), include_in_schema=False)
    async def unknown(path: str, request: Request) -> None:
        # Without this route, the dashboard's catch-all would answer with a page; and this one answers for wrong methods as well.
        if allowed := _methods(app, request.url.path):
            raise NotAllowed(
                f"{request.method} is not a method of /api/{path}, which has {', '.join(allowed)}", headers={"Allow": ", ".join(allowed)}
            )
        raise NotFound(f"no route /api/{path[:100]}; the routes are listed at {API}/docs")

    return app


def _engine(config: ServerConfig) -> Engine:
    """The engine that the settings ask for. Ray takes seconds to start, and is imported only where it is used."""
    if config.engine == "local":
        return LocalEngine(config.checkpoints, **limits_of(config))
    import ray

    from backend.engine.remote.engine import RayEngine, start_ray

    if not ray.is_initialized():
        start_ray(config.ray_address)
    return RayEngine(config)


def _methods(app: FastAPI, path: str) -> list[str]:
    """The methods of a documented route; none where there is no such route."""
    for template, operations in app.openapi()["paths"].items():
        if re.fullmatch(re.sub(r"{[^/]+}", "[^/]+", template), path):
            return sorted(method.upper() for method in operations)
    return []


async def _warm(services: Services, *, ahead: bool) -> None:
    """Load the first checkpoint and compile its planner, so that the first viewer does not wait. Then compile ahead for the others, if asked to."""
    engine, name = services.engine, services.first_checkpoint
    try:
        if name is None:
            services.awaited = f"no checkpoint in {services.config.checkpoints.name}: train one with `twistscope train`"
            return
        services.awaited = f"loading checkpoint {name!r}"
        moment = await engine.first_moment(name, REQUEST.seed)
        services.awaited = f"compiling the planner of checkpoint {name!r}"
        await engine.plan(await engine.prepare(name, REQUEST), moment)
        services.awaited = None
    except Exception as error:
        # Whatever it is, it is said where readiness is asked for; other checkpoints may still be opened.
        services.awaited = f"checkpoint {name!r} failed: {error.detail if isinstance(error, Problem) else error}"
        log.error("not ready: %s", services.awaited)
        return
    if ahead:
        await compile_ahead(services.config, engine, _show_warming(services))


def _show_warming(services: Services) -> Callable[[dict[str, int]], None]:
    """Send the progress of compiling ahead to every page."""

    def show(progress: dict[str, int]) -> None:
        services.sessions.warming = progress
        services.sessions.announce()

    return show
