"""All settings, read once from the environment (`HEARTHGATE_...`) and frozen; nothing else reads the environment."""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

NORTHVALE = Path(__file__).parent / "demo" / "northvale"
"""The demo's documents: what a gateway starts with until its council names its own."""


class Settings(BaseSettings):
    """What a council sets. Every problem is reported at once, when the process starts."""

    model_config = SettingsConfigDict(env_prefix="HEARTHGATE_", frozen=True, extra="forbid")

    data_dir: Path = Field(default=Path("var"), description="Keys, and the embedded database where one is used.")
    database_url: str | None = Field(
        default=None,
        description="`postgresql://host:port/name` of a server of your own; unset starts the embedded one.",
    )
    register_dir: Path = Field(
        default=NORTHVALE / "register", description="The council's agreements, DPIAs and sources."
    )
    register_overlay_dir: Path | None = Field(default=None, description="Documents that replace those of the register.")
    lifecycle_dir: Path | None = Field(
        default=None, description="Signatures and life-cycle events of the documents; default `<data_dir>/lifecycle`."
    )
    feeds_dir: Path = Field(default=NORTHVALE / "feeds", description="Mapping files of feeds described without code.")
    review_file: Path = Field(
        default=NORTHVALE / "review.yaml", description="What explains an access, and what makes one doubtful."
    )
    retention_file: Path | None = Field(
        default=None, description="How long facts are kept, by feed and item; unset, nothing is forgotten by itself."
    )
    calendar_file: Path = Field(
        default=NORTHVALE / "calendar.yaml", description="School terms, and bank holidays beside those known by rule."
    )
    clients_file: Path | None = Field(
        default=None, description="Partner clients and their public keys; default `<data_dir>/clients.json`."
    )
    pulls_file: Path | None = Field(
        default=None, description="Partners' APIs that are pulled from, and how; unset: nothing is pulled."
    )
    drops_file: Path | None = Field(
        default=None, description="Folders into which partners put files over SFTP; unset: no folder is watched."
    )
    host: str = Field(default="127.0.0.1", description="Address that the gateway listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that the gateway listens on.")
    public_url: str = Field(default="http://127.0.0.1:8000", description="Address that readers and partners see.")
    oidc_issuer: str = Field(default="http://127.0.0.1:8001", description="OpenID Connect provider of the staff.")
    oidc_client_id: str = Field(default="hearthgate", description="This gateway at that provider.")
    max_body_mib: int = Field(default=1024, ge=1, le=65536, description="Largest pushed file, after decompression.")
    spool_dir: Path | None = Field(
        default=None,
        description="Where pushed files wait, sealed; default `<data_dir>/spool`. The same for every process.",
    )
    log_origin: str = Field(default="northvale.example/hearthgate", description="Name of the audit log in checkpoints.")
    witness_policy: Path | None = Field(
        default=None, description="Witnesses of the audit log and the quorum asked of them (C2SP tlog-policy)."
    )
    council: str = Field(default="Northvale Council", description="Name on the pages.")
    mash_phone: str = Field(default="01632 960 100", description="Number at the foot of every family page.")
    cookie_secure: bool = Field(default=True, description="False only on loopback without TLS.")
    webhook_networks: str | None = Field(
        default=None, description="Networks inside to which webhooks may lead (CIDR, commas between); else none."
    )
    spans: Literal["none", "stderr"] = Field(
        default="none", description="Where a span of each request goes: nowhere, or as a JSON line to standard error."
    )
    environment: Literal["demo", "operation"] = Field(default="operation", description="Named on every page.")

    @field_validator("webhook_networks")
    @classmethod
    def _networks(cls, value: str | None) -> str | None:
        for part in (value or "").split(","):
            if part.strip():
                ip_network(part.strip())
        return value

    @model_validator(mode="after")
    def _two_issuers(self) -> "Settings":
        if self.oidc_issuer == self.public_url:
            # The issuer that a token names says whose keys it is checked with, so two may not share one name.
            message = "HEARTHGATE_OIDC_ISSUER and HEARTHGATE_PUBLIC_URL must differ: both issue tokens"
            raise ValueError(message)
        return self

    @property
    def log_mark(self) -> Path:
        """Where the newest checkpoint is kept outside the database: a log behind it was restored from a backup."""
        return self.data_dir / "log-head"

    @property
    def keys_dir(self) -> Path:
        """Where keys and role passwords lie, folder 0700 and files 0600."""
        return self.data_dir / "keys"

    @property
    def spool_folder(self) -> Path:
        """Where pushed files wait until they are taken, folder 0700 and files 0600."""
        return self.spool_dir or self.data_dir / "spool"

    @property
    def signed_dir(self) -> Path:
        """Where signatures and life-cycle events lie."""
        return self.lifecycle_dir or self.data_dir / "lifecycle"

    @property
    def client_registry(self) -> Path:
        """Where the partner clients are registered."""
        return self.clients_file or self.data_dir / "clients.json"
