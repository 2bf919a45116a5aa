"""Settings of the server itself, from the command line or TWISTSCOPE_… environment variables."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.engine import limits

ROOT = Path(__file__).resolve().parent.parent


def check_origin(text: str) -> str:
    """An origin as a browser sends it; raises ValueError for anything else, above all for `*`, which would let every page in."""
    url = urlsplit(text)
    complete = url.scheme in ("http", "https") and url.hostname and f"{url.scheme}://{url.netloc}" == text and "@" not in url.netloc
    if not complete or not re.fullmatch(r"[\w.-]+|[0-9a-f:]+", url.hostname or "") or url.port == 0:
        raise ValueError(f"an origin is http://host:port or https://host:port and nothing more, got {text!r}")
    return text


def check_url(text: str) -> str:
    """The address of a backend, without a slash at the end; raises ValueError."""
    return check_origin(text.removesuffix("/"))


def check_host(text: str) -> str:
    """A host name or IP address, without a port; raises ValueError."""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+", text):
        raise ValueError(f"a host is a name or an IP address, without a port, got {text!r}")
    return text


Origin = Annotated[str, AfterValidator(check_origin)]
HostName = Annotated[str, AfterValidator(check_host)]


class ServerConfig(BaseSettings):
    """Folders, limits and access rules of the server."""

    # An empty variable is one that is not set: `TWISTSCOPE_TOKEN=` must not open the server to everybody.
    model_config = SettingsConfigDict(env_prefix="TWISTSCOPE_", frozen=True, env_ignore_empty=True, allow_inf_nan=False)

    checkpoints: Path = ROOT / "assets" / "checkpoints"
    data: Path = Path.home() / ".local" / "share" / "twistscope"
    """Folder of compiled programs and of recordings."""
    lessons: tuple[Path, ...] = ()
    """Folders of lessons, beside the shipped one. A lesson takes the place of one with the same name in an earlier folder."""
    preload: str = "cartpole-early"
    """Checkpoint to load and warm at start. The default is ignored where it does not exist; another one is refused."""
    first_moment: bool = True
    """Pages opened without an address begin at the recorded first moment, where there is one of the first checkpoint; else at the beginning of an
    episode."""
    warm: bool = True
    """Compile the programs of shipped environments ahead, while idle."""
    warm_nice: int = Field(19, ge=0, le=19)
    """Niceness of the process that compiles ahead; at 19 it stands still on a machine that is busy with other work."""
    token: str | None = Field(None, pattern=r"^[!-~]+$")
    """Token that every request must carry; None for no token. Visible ASCII characters, without spaces: it stands in addresses and headers."""
    view_token: str | None = Field(None, pattern=r"^[!-~]+$")
    """Token of those who may look, not touch; it needs `token` beside it."""
    allowed_origins: tuple[Origin, ...] = ()
    """Other origins whose pages may use this backend, for example a separate dashboard; `http://host:port` each."""
    allowed_hosts: tuple[HostName, ...] = ()
    """Names under which the server may be addressed, beside its own address and those of this machine."""
    engine: Literal["local", "ray"] = "local"
    """Place of planning: this process, or workers of Ray."""
    ray_address: str | None = None
    """Cluster of Ray to plan on, such as `192.168.1.10:6379`; None starts Ray on this machine."""
    ray_worker_cpus: int = Field(1, ge=1)
    """Cores for each worker of Ray, where there are no GPUs; otherwise each worker has one GPU."""
    ray_max_workers: int = Field(64, ge=1)
    """Largest number of workers of Ray."""
    max_sessions: int = Field(64, ge=1)
    """Largest number of sessions."""
    max_sessions_per_minute: int = Field(120, ge=1)
    """Largest number of sessions that one address may create in a minute, after a first burst of as many."""
    max_exports_per_minute: int = Field(120, ge=1)
    """As `max_sessions_per_minute`, for exports and files of recordings."""
    max_uploads_per_minute: int = Field(30, ge=1)
    """As `max_sessions_per_minute`, for uploads."""
    max_program_memory: int = Field(limits.PROGRAM_MEMORY, ge=1)
    """Bytes that compiled programs may take together; about 20 MB each on a CPU."""
    max_table_memory: int = Field(limits.TABLE_MEMORY, ge=1)
    """Bytes that the tables of exact answers may take together."""
    max_memory: int = Field(limits.MEMORY, ge=1024**2)
    """Bytes that all plans being made or held may take together."""
    max_plan_memory: int = Field(limits.PLAN_MEMORY, ge=1024**2)
    """Bytes that one plan may take."""
    max_plan_seconds: float = Field(limits.PLAN_SECONDS, gt=0)
    """Seconds on the device that one plan may be expected to take."""
    max_recordings: int = Field(10 * 1024**3, ge=0)
    """Bytes that all recordings may take together."""
    max_upload: int = Field(1024**3, ge=0)
    """Bytes of the largest recording that may be uploaded."""
    max_client_seconds: float = Field(20.0, gt=0)
    """Seconds in which a client must send the headers and the body of a request, go on reading what waits for it, and answer a ping."""

    @field_validator("checkpoints", "data", "preload", mode="before")
    @classmethod
    def _not_empty(cls, value: Any) -> Any:
        if value == "" or value == Path(""):
            raise ValueError("may not be empty")
        return value

    @field_validator("lessons", mode="before")
    @classmethod
    def _no_empty_folder(cls, value: Any) -> Any:
        if isinstance(value, list | tuple) and any(each in ("", Path("")) for each in value):
            raise ValueError("no folder may be empty; say . for the present one")
        return value
