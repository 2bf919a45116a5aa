"""Settings of the server itself, from the command line or TWISTSCOPE_… environment variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class ServerConfig(BaseSettings):
    """Where things are and what is allowed."""

    model_config = SettingsConfigDict(env_prefix="TWISTSCOPE_", frozen=True)

    checkpoints: Path = ROOT / "assets" / "checkpoints"
    data: Path = Path.home() / ".local" / "share" / "twistscope"
    """Compiled programs."""
    preload: str = "cartpole-early"
    """Checkpoint to load and warm at start; passed over where it is not there."""
    warm: bool = True
    """Compile the programs of shipped environments ahead, while idle."""
    token: str | None = None
    """Needed for every request when set."""
    allowed_origins: tuple[str, ...] = ()
    """Pages of other origins that may use this backend, such as a dashboard of its own; `http://host:port` each."""
    max_sessions: int = Field(64, ge=1)
    max_programs: int = Field(32, ge=1)
    """Compiled planners kept."""
