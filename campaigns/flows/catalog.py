"""Flows as the workers read them: state and live version fresh from the table, graphs parsed once per version."""

import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from threading import Lock
from typing import Any, Final

from django.db import connection

from campaigns.flows.engine.graph import Graph
from campaigns.flows.engine.parse import parse_flow
from campaigns.flows.engine.reads import Reads, flow_reads
from campaigns.flows.models import FlowVersion
from config.kit.errors import InputRefused

log = logging.getLogger(__name__)
REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNow:
    """A flow as it is at the moment; `zone` is its workspace's."""

    id: int
    workspace_id: int
    key: str
    state: str
    live_id: int | None
    zone: str


def flows_by_id(flow_ids: Iterable[int]) -> dict[int, FlowNow]:
    """Return those of the flows that exist."""
    return {flow.id: flow for flow in _read("f.id = any(%s)", [list(flow_ids)])}


def flows_by_key(workspace_id: int, keys: Iterable[str]) -> dict[str, FlowNow]:
    """Return those of the workspace's flows that have one of the keys."""
    return {flow.key: flow for flow in _read("f.workspace_id = %s and f.key = any(%s)", [workspace_id, list(keys)])}


def listening_flows(workspace_id: int) -> Sequence[FlowNow]:
    """Return the workspace's flows that are live or paused, in the order in which they were made.

    A paused flow lets nobody in, but keeps for whom it did not.
    """
    return _read("f.workspace_id = %s and f.state in ('live', 'paused') and f.live_id is not null", [workspace_id])


def graphs(version_ids: Iterable[int]) -> dict[int, Graph]:
    """Return the graphs of the versions; one that cannot be read any more is left out and logged."""
    wanted = set(version_ids)
    found = {pk: graph for pk in wanted if (graph := _remembered.get(pk)) is not None}
    for version in FlowVersion.objects.filter(pk__in=wanted - found.keys()):
        try:
            found[version.pk] = parse_flow(version.definition)
        except InputRefused:
            log.exception("flow version %s cannot be read", version.pk)
        else:
            _remembered.put(version.pk, found[version.pk])
    return found


def heard(workspace_id: int) -> Reads:
    """Return what runs of the workspace's flows, whatever their version, may read: the rest concerns nobody."""
    versions = frozenset(FlowVersion.objects.filter(flow__workspace_id=workspace_id).values_list("pk", flat=True))
    known, total = _heard.get(workspace_id, (frozenset[int](), Reads()))
    if versions != known:
        total = reduce(Reads.__or__, map(flow_reads, graphs(versions - known).values()), total)
        _heard[workspace_id] = versions, total
    return total


_heard: dict[int, tuple[frozenset[int], Reads]] = {}


class _Remembered:
    """The graphs used lately. Versions never change, so nothing here can be out of date."""

    def __init__(self) -> None:
        self._graphs: OrderedDict[int, Graph] = OrderedDict()
        self._lock = Lock()

    def get(self, version_id: int) -> Graph | None:
        with self._lock:
            graph = self._graphs.get(version_id)
            if graph is not None:
                self._graphs.move_to_end(version_id)
            return graph

    def put(self, version_id: int, graph: Graph) -> None:
        with self._lock:
            self._graphs[version_id] = graph
            if len(self._graphs) > REMEMBERED:
                self._graphs.popitem(last=False)


_remembered = _Remembered()
_SELECT: Final = """
select f.id, f.workspace_id, f.key, f.state, f.live_id, w.zone
from campaigns_flow f join compliance_workspace w on w.id = f.workspace_id
where {} order by f.id
"""


def _read(where: str, given: Sequence[Any]) -> list[FlowNow]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT.format(where), given)
        return [
            FlowNow(id=pk, workspace_id=workspace, key=key, state=state, live_id=live, zone=zone)
            for pk, workspace, key, state, live, zone in cursor.fetchall()
        ]
