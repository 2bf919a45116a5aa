"""The commands that serve: both in one process, or backend and dashboard apart."""

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from backend.cli.common import Folder, Mistake, app, check_accelerator, server_config, whole_option

if TYPE_CHECKING:
    from backend.config import ServerConfig

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, whole_option(1, 65535)]
Data = Annotated[Path | None, typer.Option("--data", help="Folder for compiled programs and recordings.", file_okay=False)]
Open = Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")]
Token = Annotated[str | None, typer.Option("--token", help="Token every request must carry (or TWISTSCOPE_TOKEN).")]
Warm = Annotated[bool | None, typer.Option("--warm/--no-warm", help="Compile the programs of shipped environments ahead, while idle.")]
ViewToken = Annotated[str | None, typer.Option("--view-token", help="Token of those who may look, not touch (or TWISTSCOPE_VIEW_TOKEN).")]
Engine = Annotated[str | None, typer.Option("--engine", help="Where plans are made: local, or ray (workers on this machine or a cluster).")]
RayAddress = Annotated[str | None, typer.Option("--ray-address", help="Cluster of Ray, such as 192.168.1.10:6379.")]
NoToken = Annotated[bool, typer.Option("--no-token", help="Listen on other than loopback addresses without a token.")]
Origins = Annotated[list[str] | None, typer.Option("--allow-origin", help="Origin of a dashboard served elsewhere; may be repeated.")]
LessonFolders = Annotated[list[Path] | None, typer.Option("--lessons", help="Folder of lessons beside the shipped ones; may be repeated.")]
Hosts = Annotated[list[str] | None, typer.Option("--allow-host", help="Name by which others address this server; may be repeated.")]


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8050,
    checkpoints: Folder = None,
    data: Data = None,
    lessons: LessonFolders = None,
    open: Open = True,
    token: Token = None,
    view_token: ViewToken = None,
    no_token: NoToken = False,
    allow_host: Hosts = None,
    warm: Warm = None,
    engine: Engine = None,
    ray_address: RayAddress = None,
) -> None:
    """Backend and dashboard in one process on one port."""
    given: dict[str, Any] = {"checkpoints": checkpoints, "data": data, "token": token, "view_token": view_token, "warm": warm}
    given |= {"lessons": lessons, "allowed_hosts": allow_host, "engine": engine, "ray_address": ray_address}
    serve_with(host, port, open, given, no_token)


def serve_with(host: str, port: int, open: bool, given: dict[str, Any], no_token: bool = False, page: str = "") -> None:
    """Serve with these settings.

    Args:
      given: settings of the server; None for those that were not given.
      page: query of the page that is opened.
    """
    from backend.serving import listen

    config = _config(host, no_token, **given)
    bound = listen(host, port)
    _start_engine(config)
    from backend.app import create_app
    from backend.routes.catalogue import catalogue
    from dashboard import create_dashboard

    api = create_app(config)
    create_dashboard(api, partial(catalogue, api.state.services))
    _run(api, config, bound, host, port, "twistscope", open, page)


@app.command("serve-backend")
def serve_backend(
    host: Host = "127.0.0.1",
    port: Port = 8051,
    checkpoints: Folder = None,
    data: Data = None,
    lessons: LessonFolders = None,
    token: Token = None,
    view_token: ViewToken = None,
    no_token: NoToken = False,
    allow_origin: Origins = None,
    allow_host: Hosts = None,
    warm: Warm = None,
    engine: Engine = None,
    ray_address: RayAddress = None,
) -> None:
    """The backend alone."""
    from backend.serving import listen

    given: dict[str, Any] = {"checkpoints": checkpoints, "data": data, "token": token, "view_token": view_token, "warm": warm}
    given |= {"lessons": lessons, "engine": engine, "ray_address": ray_address}
    config = _config(host, no_token, allowed_origins=allow_origin, allowed_hosts=allow_host, **given)
    bound = listen(host, port)
    _start_engine(config)
    from backend.app import create_app

    _run(create_app(config), config, bound, host, port, "the backend of twistscope", False)


@app.command("serve-dashboard")
def serve_dashboard(
    backend_url: Annotated[str, typer.Option(help="Where this process reaches the backend.")],
    public_backend_url: Annotated[str | None, typer.Option(help="Where browsers reach it, if elsewhere.")] = None,
    host: Host = "127.0.0.1",
    port: Port = 8050,
    open: Open = True,
    token: Token = None,
    allow_host: Hosts = None,
) -> None:
    """The dashboard alone, for a backend that runs elsewhere."""
    from backend.config import check_url
    from backend.serving import listen

    try:
        backend_url = check_url(backend_url)
        public_backend_url = backend_url if public_backend_url is None else check_url(public_backend_url)
    except ValueError as error:
        raise Mistake(f"the address of a backend: {error}") from None
    # The token is the backend's, which the page itself does not ask for.
    config = _config(host, True, token=token, allowed_hosts=allow_host)
    bound = listen(host, port)
    from fastapi import FastAPI

    from dashboard import create_dashboard, fetch_catalogue

    page = FastAPI(openapi_url=None)
    create_dashboard(page, partial(fetch_catalogue, backend_url, config.token), public_backend_url)
    _run(
        page,
        config.model_copy(update={"token": None, "view_token": None, "allowed_origins": ()}),
        bound,
        host,
        port,
        "the dashboard of twistscope",
        open,
    )


def _config(host: str, no_token: bool, **given: Any) -> "ServerConfig":
    """The server's settings; what is given here outranks the environment."""
    from backend.config import ServerConfig
    from backend.security import is_loopback

    if not host:
        raise Mistake("--host may not be empty: it would listen on every address; say 0.0.0.0 to do so")
    config = server_config(ServerConfig, given)
    if not config.checkpoints.is_dir():
        raise Mistake(f"there is no folder of checkpoints {config.checkpoints}")
    if "preload" in config.model_fields_set:
        from planner.checkpoints import Checkpoints

        names = Checkpoints(config.checkpoints).names()
        if config.preload not in names:
            raise Mistake(
                f"TWISTSCOPE_PRELOAD: got {config.preload[:100]!r}, allowed: a checkpoint of {config.checkpoints}: {', '.join(names) or 'none'}"
            )
    for folder in config.lessons:
        if not folder.is_dir():
            raise Mistake(f"there is no folder of lessons {folder}")
    if not is_loopback(host) and config.token is None and not no_token:
        raise Mistake(f"listening on {host} lets others in: give --token TOKEN (or TWISTSCOPE_TOKEN), or say --no-token")
    if config.view_token is not None and config.token in (None, config.view_token):
        raise Mistake("--view-token needs another --token beside it: without one everybody may touch")
    if config.engine == "ray" and find_spec("ray") is None:
        raise Mistake("--engine ray needs Ray, which is not installed: pip install 'twistscope[ray]'")
    if config.engine == "local" and config.ray_address is not None:
        raise Mistake("--ray-address needs --engine ray beside it")
    return config


def _start_engine(config: "ServerConfig") -> None:
    """Start Ray where it is asked for, and then JAX.

    Raises:
      Mistake: no cluster answers, or JAX cannot start.
    """
    if config.engine == "ray":
        from backend.engine.remote.engine import start_ray

        where = f"the cluster at {config.ray_address}" if config.ray_address else "this machine"
        typer.echo(f"starting Ray on {where} …", err=True)
        try:
            start_ray(config.ray_address)
        except ValueError as error:
            raise Mistake(f"--ray-address: got {str(config.ray_address)[:100]!r}; {error}") from None
        except ConnectionError as error:
            raise Mistake(f"--ray-address: no cluster of Ray answers at {config.ray_address}: {str(error).splitlines()[0]}") from None
    check_accelerator()


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _run(app: Any, config: "ServerConfig", bound: Any, host: str, port: int, what: str, open: bool, page: str = "") -> None:
    """Serve, and say where once it answers."""
    from backend.security import Hosts, protect
    from backend.serving import open_page, run

    seconds = config.max_client_seconds
    protect(
        app,
        token=config.token,
        view_token=config.view_token,
        allowed_origins=config.allowed_origins,
        hosts=Hosts(host, config.allowed_hosts),
        body_seconds=seconds,
    )
    query = "&".join(part for part in (page.removeprefix("?"), f"token={quote(config.token, safe='')}" if config.token else "") if part)
    address = _address(host, port) + (f"/?{query}" if query else "")

    def ready() -> None:
        typer.echo(f"{what} is at {address}")
        if config.view_token:
            typer.echo(f"for those who look on: {_address(host, port)}/?token={quote(config.view_token, safe='')}")
        if open:
            open_page(address)

    run(app, bound, ready, seconds)
