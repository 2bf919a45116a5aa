"""Settings of the server itself, from the command line or TWISTSCOPE_… environment variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class ServerConfig(BaseSettings):
    """Folders, limits and access rules of the server."""

    model_config = SettingsConfigDict(env_prefix="TWISTSCOPE_", frozen=True)

    checkpoints: Path = ROOT / "assets" / "checkpoints"
    data: Path = Path.home() / ".local" / "share" / "twistscope"
    """Folder of compiled programs."""
    preload: str = "cartpole-early"
    """Checkpoint to load and warm at start; ignored where it does not exist."""
    warm: bool = True
    """Compile the programs of shipped environments ahead, while idle."""
    warm_nice: int = Field(19, ge=0, le=19)
    """Niceness of the process that compiles ahead; at 19 it stands still on a machine that is busy with other work."""
    token: str | None = None
    """Token that every request must carry; None for no token."""
    allowed_origins: tuple[str, ...] = ()
    """Other origins whose pages may use this backend, for example a separate dashboard; `http://host:port` each."""
    max_sessions: int = Field(64, ge=1)
    max_programs: int = Field(32, ge=1)
    """Largest number of compiled programs kept."""
