"""A Dask cluster, where one machine is not enough."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from sim.results.storage.manifest import rules_sha256


class ClusterError(Exception):
    """A cluster cannot be used; the message says why and what to do."""


@contextmanager
def cluster(address: str, timeout: float = 15.0) -> Iterator[Executor]:
    """Connect to a Dask scheduler and return the executor that computes on its workers.

    Parameters
    ----------
    address : str
        Such as `tcp://10.0.0.1:8786`.
    timeout : float
        Seconds to wait for an answer.

    Raises
    ------
    ClusterError
        Nobody answers, the workers do not have this version of the rules, or Dask is not installed.
    """
    try:
        distributed: Any = import_module("distributed")
    except ModuleNotFoundError:
        raise ClusterError("Dask is not installed; install it with: pip install 'escalation-sim[dask]'") from None
    try:
        client = distributed.Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        _refuse_other_rules(client, address)
        yield client.get_executor(pure=False)


def _refuse_other_rules(client: Any, address: str) -> None:
    """Runs are the same bits everywhere only if the rules are the same everywhere."""
    try:
        theirs = client.run(rules_sha256)
    except Exception as error:  # whatever goes wrong over there
        raise ClusterError(f"the workers at {address} cannot run sim ({error}); install this version there") from error
    if others := [worker for worker, rules in theirs.items() if rules != rules_sha256()]:
        raise ClusterError(f"workers at {address} have another version of sim: {', '.join(sorted(others))}")
