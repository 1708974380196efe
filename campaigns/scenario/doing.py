"""Does what a scenario's steps say, by the verbs that the API and the console use."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from audiences import segments
from audiences.computed import definitions as computed
from audiences.identity.merging import merge_people
from audiences.intake.models import EventKind
from campaigns.actions.parked import actions_of_rules, replay_action
from campaigns.actions.webhooks.endpoints import save_endpoint
from campaigns.delivery.frequency import definitions as frequency
from campaigns.flows import definitions as flows
from campaigns.flows.models import Flow
from campaigns.flows.requests import request_run
from campaigns.rules import define as rules
from campaigns.rules.gate import in_this_process
from campaigns.rules.lookups import find_rule
from campaigns.rules.models import Rule
from campaigns.rules.stopping import release_rule, stop_rule
from campaigns.scenario.stage import Stage
from campaigns.scenario.steps import CallStep, EventStep, MentionStep, Scenario, Step, TraitsStep, WaitStep
from compliance.consent.consents import GRANTED, Change, grant, withdraw
from compliance.consent.consents import store as store_consents
from config.kit import clock
from config.kit.actors import Actor, ActorKind
from config.kit.errors import InputRefused, Problem
from content.library import templates

OPERATOR: Final = Actor(kind=ActorKind.USER, id="scenario", name="scenario")
SOURCE: Final = "scenario"


def prepare(scenario: Scenario, stage: Stage) -> None:
    """People are there first; whoever belongs to a segment when it is defined did not just enter it."""
    if scenario.people:
        introduced = [{"userId": person.id, "traits": person.traits} for person in scenario.people]
        stage.tell(introduced, kind=EventKind.IDENTIFY)
    store_consents(stage.workspace_id, list(_consents(scenario, stage)), now=stage.now)
    with clock.at(stage.now):
        for kind in ("templates", "computed_traits", "segments"):
            _define(kind, scenario, stage)
        stage.settle()
        for kind in ("journeys", "webhooks", "rules", "caps", "quiet_hours"):
            _define(kind, scenario, stage)
    stage.settle()


def _consents(scenario: Scenario, stage: Stage) -> Iterator[Change]:
    for person in scenario.people:
        for channel, purposes in person.consent.items():
            for purpose in purposes:
                yield Change(
                    person_id=stage.person(person.id),
                    channel=channel,
                    purpose=purpose,
                    state=GRANTED,
                    source=SOURCE,
                    changed_at=stage.now,
                )


def _define(kind: str, scenario: Scenario, stage: Stage) -> None:
    for number, raw in enumerate(scenario.define[kind]):
        try:
            DEFINERS[kind](stage, raw)
        except InputRefused as refused:
            place = f"/define/{kind}/{number}"
            raise InputRefused(
                [Problem(path=place + p.path, message=p.message, hint=p.hint) for p in refused.problems]
            ) from refused


def _define_journey(stage: Stage, raw: Mapping[str, Any]) -> None:
    flow = flows.define(stage.workspace_id, dict(raw), actor=OPERATOR, now=stage.now)
    flows.publish(flow, actor=OPERATOR, now=stage.now)


def _define_rule(stage: Stage, raw: Mapping[str, Any]) -> None:
    with in_this_process():  # the runner's own: starting another one for each rule would cost more than the scenario
        rules.define(stage.workspace_id, dict(raw), actor=OPERATOR, now=stage.now)


DEFINERS: Final[Mapping[str, Callable[[Stage, Mapping[str, Any]], object]]] = {
    "templates": lambda s, raw: templates.define(s.workspace_id, dict(raw), actor=OPERATOR, now=s.now),
    "segments": lambda s, raw: segments.define(s.workspace_id, dict(raw), actor=OPERATOR, now=s.now),
    "computed_traits": lambda s, raw: computed.define(s.workspace_id, dict(raw), actor=OPERATOR, now=s.now),
    "journeys": _define_journey,
    "webhooks": lambda s, raw: save_endpoint(s.workspace_id, dict(raw), actor=OPERATOR, now=s.now),
    "rules": _define_rule,
    "caps": lambda s, raw: frequency.define_cap(s.workspace_id, dict(raw), actor=OPERATOR, now=s.now),
    "quiet_hours": lambda s, raw: frequency.define_quiet(s.workspace_id, dict(raw), actor=OPERATOR, now=s.now),
}


def do(step: Step, stage: Stage) -> None:
    """Do one step (an `expect` does nothing) and the work that follows from it."""
    match step:
        case EventStep():
            _event(step, stage)
        case TraitsStep():
            _traits(step, stage)
        case MentionStep():
            stage.mention({**step.told, "at": step.at.seen_from(stage.now).isoformat()})
        case WaitStep():
            stage.wait(step.lasts)
        case CallStep():
            with clock.at(stage.now):
                CALLS[step.verb](step, stage)
            stage.settle()


def _event(step: EventStep, stage: Stage) -> None:
    item = {"event": step.name, "properties": step.properties, "timestamp": step.at.seen_from(stage.now).isoformat()}
    _tell(step, stage, item | ({"messageId": step.id} if step.id else {}), kind=EventKind.TRACK)


def _traits(step: TraitsStep, stage: Stage) -> None:
    item = {"traits": step.traits, "timestamp": step.at.seen_from(stage.now).isoformat()}
    _tell(step, stage, item, kind=EventKind.IDENTIFY)


def _tell(step: EventStep | TraitsStep, stage: Stage, item: dict[str, Any], *, kind: EventKind) -> None:
    ids = {"userId": step.user, "anonymousId": step.anonymous}
    item |= {name: value for name, value in ids.items() if value}
    stage.tell([item], kind=kind)


def _flow(step: CallStep, stage: Stage) -> Flow:
    flow = Flow.objects.filter(workspace_id=stage.workspace_id, key=step.flow).first()
    if flow is None:
        raise InputRefused([Problem(path="/call/flow", message=f"there is no flow {step.flow!r}")])
    return flow


def _publish(step: CallStep, stage: Stage) -> None:
    """Publish a new definition of the flow, or its newest version."""
    if step.definition is not None:
        raw = {"key": step.flow, **step.definition}
        flows.define(stage.workspace_id, raw, actor=OPERATOR, now=stage.now)
    flows.publish(_flow(step, stage), actor=OPERATOR, now=stage.now)


def _start(step: CallStep, stage: Stage) -> None:
    request_run(
        _flow(step, stage),
        person_id=stage.person(step.user),
        key=step.key,
        properties=step.properties,
        now=stage.now,
    )


def _consent(verb: Callable[..., bool], step: CallStep, stage: Stage) -> None:
    verb(
        stage.workspace_id,
        stage.person(step.user),
        channel=step.channel,
        purpose=step.purpose,
        source=SOURCE,
        at=stage.now,
    )


def _list(verb: Callable[..., object], step: CallStep, stage: Stage) -> None:
    """Put somebody into a static segment or take them out, by hand or as a rule would."""
    verb(stage.workspace_id, step.segment, [stage.person(step.user)], actor=OPERATOR, now=stage.now, by=step.by)


def _merge(step: CallStep, stage: Stage) -> None:
    merge_people(
        stage.workspace_id,
        loser_id=stage.person(step.user),
        winner_id=stage.person(step.into),
        actor=OPERATOR,
        reason=SOURCE,
        now=stage.now,
    )


def _rule(step: CallStep, stage: Stage) -> Rule:
    found = find_rule(stage.workspace_id, step.rule)
    if found is None:
        raise InputRefused([Problem(path="/call/rule", message=f"there is no rule {step.rule!r}")])
    return found


def _replay_actions(stage: Stage) -> None:
    for action in actions_of_rules(stage.workspace_id).filter(state="parked"):
        replay_action(stage.workspace_id, action.pk, actor=OPERATOR, now=stage.now)


CALLS: Final[Mapping[str, Callable[[CallStep, Stage], object]]] = {
    "pause": lambda step, stage: flows.pause(_flow(step, stage), actor=OPERATOR, now=stage.now),
    "resume": lambda step, stage: flows.resume(_flow(step, stage), actor=OPERATOR, now=stage.now),
    "stop": lambda step, stage: flows.stop(_flow(step, stage), actor=OPERATOR, now=stage.now),
    "publish": _publish,
    "stop_rule": lambda step, s: stop_rule(_rule(step, s), reason=SOURCE, actor=OPERATOR, now=s.now),
    "release_rule": lambda step, stage: release_rule(_rule(step, stage), actor=OPERATOR, now=stage.now),
    "replay_actions": lambda _step, stage: _replay_actions(stage),
    "start": _start,
    "give_consent": lambda step, stage: _consent(grant, step, stage),
    "merge": _merge,
    "add_member": lambda step, stage: _list(segments.add_members, step, stage),
    "remove_member": lambda step, stage: _list(segments.remove_members, step, stage),
    "withdraw_consent": lambda step, stage: _consent(withdraw, step, stage),
}
