"""A Dask cluster, where one machine is not enough."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from sim.results.storage.manifest import rules_sha256


class ClusterError(Exception):
    """A cluster cannot be used; the message says why and what to do."""


@contextmanager
def cluster(address: str, timeout: float = 5.0) -> Iterator[Executor]:
    """Connect to a Dask scheduler and return the executor that computes on its workers.

    Parameters
    ----------
    address : str
        Such as `tcp://10.0.0.1:8786`.
    timeout : float
        Seconds to wait for an answer, and as many for a worker.

    Raises
    ------
    ClusterError
        Nobody answers, there is no worker, or one without this version of the rules; or Dask is not installed.
    """
    try:
        distributed: Any = import_module("distributed")
    except ModuleNotFoundError:
        raise ClusterError("Dask is not installed; install it with: pip install 'escalation-sim[dask]'") from None
    try:
        # A client that finds nobody is not done with it for half a minute; to ask first costs a hundredth of a second.
        with ThreadPoolExecutor(1) as thread:  # a notebook's own has a loop already
            kind = thread.submit(asyncio.run, _kind(distributed, address, timeout)).result()
        if kind != "Scheduler":
            raise ValueError(f"what answers is a {kind.lower()}, not a scheduler")
        client = distributed.Client(address, timeout=timeout, set_as_default=False)
    except Exception as error:  # whoever answers there may say anything
        reason = "it is not the address of a scheduler" if isinstance(error, MemoryError | TypeError) else error
        raise ClusterError(
            f"no Dask scheduler answers at '{address}': {reason}; give the address that the scheduler prints when it "
            "starts, such as tcp://10.0.0.1:8786"
        ) from error
    with client:
        _refuse_without_workers(client, address, timeout)
        _refuse_other_rules(client, address)
        yield client.get_executor(pure=False)


async def _kind(distributed: Any, address: str, timeout: float) -> str:
    """What answers at an address."""
    secured = distributed.Security().get_connection_args("client")
    async with distributed.rpc(address, timeout=timeout, connection_args=secured) as there:
        told = await asyncio.wait_for(there.identity(), timeout)
    return str(told["type"])


def _refuse_without_workers(client: Any, address: str, timeout: float) -> None:
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError:
        raise ClusterError(
            f"the Dask scheduler at '{address}' has had no worker for {timeout:g} s, so nothing would be computed; "
            f"start workers with 'dask worker {address}' (let an adaptive cluster keep at least one)"
        ) from None


def _refuse_other_rules(client: Any, address: str) -> None:
    """Runs are the same bits everywhere only if the rules are the same everywhere."""
    try:
        theirs = client.run(rules_sha256)
    except Exception as error:  # whatever goes wrong over there
        raise ClusterError(f"the workers at {address} cannot run sim ({error}); install this version there") from error
    if others := [worker for worker, rules in theirs.items() if rules != rules_sha256()]:
        raise ClusterError(f"workers at {address} have another version of sim: {', '.join(sorted(others))}")
