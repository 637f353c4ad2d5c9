"""The engine that is a Dask cluster: one that stands already, known by its scheduler's address.

What belongs here: reaching it, sending work to it, and sentences for what goes wrong on the way. What does not: which
work (`work.over` and its callers), starting schedulers or workers. No step reaches this module by import, so that what
a step's rows follow from is the same with and without a cluster.
"""

from __future__ import annotations

import logging
import pickle
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assets.same_code import Code, code_here
from assets.work import Hands, Item, Result

if TYPE_CHECKING:
    from distributed import Client

SETTING, WAIT_SETTING = "INNOVATION_CLUSTERS_CLUSTER", "INNOVATION_CLUSTERS_CLUSTER_WAIT"
USUAL_WAIT_S = 30.0
ADDRESS = re.compile(r"(tcp|tls)://[^\s/:]+:\d{1,5}|(tcp|tls)://\[[0-9a-fA-F:.]+\]:\d{1,5}")
WITHOUT = f"or take {SETTING} away, and threads of this process do the work"
SAME = "install the project there from the same commit and requirements.lock"


class ClusterLostError(ConnectionError):
    """The cluster cannot be reached, or nothing of it is left: it may pass."""


class ClusterError(ValueError):
    """The cluster cannot do this work as it is."""


def checked_address(address: str) -> str:
    """The address of a scheduler as given. Raises ValueError for what is none."""
    if ADDRESS.fullmatch(address) is None:
        raise ValueError(
            f"{SETTING}={address!r} is no address of a Dask scheduler: give tcp://host:8786, or tls://host:8786"
        )
    return address


@dataclass(frozen=True)
class Members:
    """Who works in a cluster."""

    workers: int
    threads: int


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster. `threads` are those of this process, for what is not sent away."""

    address: str
    threads: int | None = None
    wait_s: float = USUAL_WAIT_S
    """How long the scheduler, a first worker, or a new one where all have gone, is waited for."""

    @contextmanager
    def hands(self, shared: object) -> Iterator[Hands]:
        """As `Engine` says. What is shared is held by the scheduler too: a worker that dies takes nothing with it.

        Raises ClusterLostError where nothing answers or nobody is left, ClusterError for a worker of other code and
        for an item that worker after worker died over.
        """
        with self._client() as client:
            import dask
            from distributed import KilledWorker
            from distributed.comm import CommClosedError

            lost: Exception | None = None
            # What is sent goes with its data, so that it can be done again elsewhere: Dask would warn of the size.
            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
                executor = client.get_executor(pure=False)
                try:
                    yield _OfCluster(self, client, executor, client.submit(_unpacked, _packed(shared), pure=False))
                except KilledWorker as error:
                    lost = ClusterError(
                        f"of the Dask cluster {self.address} {error.allowed_failures + 1} workers died, one after the "
                        f"other, as they worked on the same item; the last was {error.last_worker.address}. It most "
                        f"likely had too little memory: look at its log, give workers more of it, {WITHOUT}"
                    )
                except (CancelledError, CommClosedError):
                    lost = ClusterLostError(
                        f"the scheduler of the Dask cluster {self.address} went away in the middle of the work "
                        f"({SETTING}): start it again, {WITHOUT}"
                    )
                finally:
                    executor.shutdown(wait=False)
            if lost is not None:
                raise lost

    def members(self) -> Members:
        """Who works in it now, all of them looked at. Raises as `hands` does."""
        with self._client() as client:
            return _members(client)

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            from distributed import Client
            from distributed.security import Security
        except ImportError as error:
            raise ClusterError(
                f"{SETTING} is {self.address}, but dask.distributed is not installed here: install the project with "
                f"its extra `cluster`, {WITHOUT}"
            ) from error
        # What it would write beside the sentences here are tracebacks of its own.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        address = checked_address(self.address)
        if address.startswith("tls://") and Security().get_connection_args("client").get("ssl_context") is None:
            raise ClusterError(
                f"{SETTING} is {address}, but Dask has no certificates here: set its own distributed.comm.tls.ca-file, "
                f"client.cert and client.key, {WITHOUT}"
            )
        try:
            client = Client(address, timeout=self.wait_s, set_as_default=False)
        except (OSError, TimeoutError):
            client = None
        if client is None:
            raise ClusterLostError(
                f"no Dask scheduler answered at {self.address} ({SETTING}) within {self.wait_s:g} seconds: start it, "
                f"mend the address, {WITHOUT}"
            )
        with client:
            self._wait_for_workers(client)
            self._refuse_other_code(client)
            yield client

    def _wait_for_workers(self, client: Client) -> None:
        try:
            client.wait_for_workers(1, timeout=self.wait_s)
            return
        except TimeoutError:
            pass
        raise ClusterLostError(self.nobody("has had none"))

    def nobody(self, since: str) -> str:
        """The sentence for a cluster without workers."""
        return (
            f"the Dask cluster {self.address} ({SETTING}) has no workers, and {since} for {self.wait_s:g} seconds: "
            f"start some, {WITHOUT}"
        )

    def _refuse_other_code(self, client: Client) -> None:
        # The scheduler takes apart what it hands on, so it needs the project too.
        try:
            of_scheduler = client.run_on_scheduler(code_here)
        except ImportError as error:
            of_scheduler = error
        of_workers = client.run(code_here, on_error="return")
        found = {"the scheduler": of_scheduler, **{f"worker {name}": code for name, code in of_workers.items()}}
        for member, code in found.items():
            if isinstance(code, OSError):
                continue  # It went as it was asked. One that comes back is looked at as it works.
            if not isinstance(code, Code):
                raise ClusterError(f"{member} of the Dask cluster cannot run the project ({code}): {SAME}")
            _refuse(code_here().differences(code), member)


def _refuse(differences: list[str], member: str) -> None:
    """Raise ClusterError where a member of the cluster is not like this process."""
    if differences:
        raise ClusterError(
            f"{member} of the Dask cluster could make other rows than this process: "
            f"{'; '.join(differences)}. {SAME[0].upper()}{SAME[1:]}"
        )


def _members(client: Client) -> Members:
    threads = client.nthreads()
    return Members(len(threads), sum(threads.values()))


@dataclass
class _OfCluster:
    cluster: Cluster
    client: Client
    executor: Executor
    shared: Any
    count: int = field(init=False)
    _last_seen: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.count = max(1, _members(self.client).threads)

    def submit(self, work: Callable[[Item, Any], Result], item: Item) -> Future[Result]:
        return self.executor.submit(_done, code_here(), _packed((work, item)), self.shared)

    def look(self) -> None:
        now = time.monotonic()
        if _members(self.client).workers:
            self._last_seen = now
        elif now - self._last_seen > self.cluster.wait_s:
            raise ClusterLostError(self.cluster.nobody("the last one has been gone"))


def _packed(given: object) -> bytes:
    """As the scheduler holds it and hands it on, without unpacking it."""
    return pickle.dumps(given, protocol=pickle.HIGHEST_PROTOCOL)


def _unpacked(packed: bytes) -> Any:
    return pickle.loads(packed)


def _done(code: Code, packed: bytes, shared: Any) -> Any:
    """On a worker: work on an item. A worker that came after the others were looked at is looked at here."""
    if differences := code.differences(code_here()):
        from distributed import get_worker

        _refuse(differences, f"worker {get_worker().address}")
    work, item = _unpacked(packed)
    return work(item, shared)
