"""Where things are and which profiles to use: read from the environment, which is all that the definitions read."""

from __future__ import annotations

import os
from dataclasses import dataclass

from pipelines.profiles import DEFAULT_PROFILES

SOURCES, WAREHOUSE, PUBLICATION, PROFILE = (
    f"INNOVATION_CLUSTERS_{name}" for name in ("SOURCES", "WAREHOUSE", "PUBLICATION", "PROFILE")
)
MEMORY_LIMIT, THREADS = "INNOVATION_CLUSTERS_MEMORY_LIMIT", "INNOVATION_CLUSTERS_THREADS"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one code location."""

    sources: str = "sources"
    """Folder or object-store address of the drops."""
    warehouse: str = "warehouse.duckdb"
    publication: str = "publication"
    """Folder that each month's release is put in."""
    profiles: tuple[str, ...] = DEFAULT_PROFILES
    memory_limit: str | None = None
    threads: int | None = None

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings from INNOVATION_CLUSTERS_*; profiles are separated by commas. Raises ValueError for a bad number."""
        profiles = tuple(name.strip() for name in os.environ.get(PROFILE, "").split(",") if name.strip())
        threads = os.environ.get(THREADS)
        if threads is not None and not threads.isdigit():
            raise ValueError(f"{THREADS}={threads!r} is not a number of threads")
        return cls(
            sources=os.environ.get(SOURCES, cls.sources),
            warehouse=os.environ.get(WAREHOUSE, cls.warehouse),
            publication=os.environ.get(PUBLICATION, cls.publication),
            profiles=profiles or DEFAULT_PROFILES,
            memory_limit=os.environ.get(MEMORY_LIMIT) or None,
            threads=int(threads) if threads else None,
        )

    def to_environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a process started with them."""
        values = {
            SOURCES: self.sources,
            WAREHOUSE: self.warehouse,
            PUBLICATION: self.publication,
            PROFILE: ",".join(self.profiles),
        }
        if self.memory_limit:
            values[MEMORY_LIMIT] = self.memory_limit
        if self.threads:
            values[THREADS] = str(self.threads)
        return values
