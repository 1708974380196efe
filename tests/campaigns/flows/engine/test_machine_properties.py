"""Whatever the graph and whatever happens, runs keep some promises: walked by generated flows, clocks and events."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from campaigns.flows.engine.checks import check
from campaigns.flows.engine.machine import advance
from campaigns.flows.engine.sight import ExitReason, Message, MessageState, Standing
from tests.campaigns.flows.engine.making import NOW, event, graph, sight

NAMES = ["a", "b", "c", "d", "e", "f"]
TRAITS = {"vip": st.sampled_from([True, False]), "timezone": st.sampled_from(["Asia/Tokyo", "Mars/Olympus", ""])}
CONDITIONS = st.sampled_from(
    [
        {"trait": "vip", "is": "eq", "value": True},
        {"did": "view", "times": {"at_least": 2}, "within": "1d"},
        {"not": {"did": "buy"}},
        {"property": "plan", "is": "eq", "value": "gold"},
    ]
)
NEXT = st.sampled_from(NAMES)
NODES = st.one_of(
    st.builds(lambda d, n: {"do": "wait", "for": d, "next": n}, st.sampled_from(["1s", "1h", "2d"]), NEXT),
    st.builds(lambda n: {"do": "wait", "until": {"time": "09:00"}, "next": n}, NEXT),
    st.builds(lambda n: {"do": "wait", "until": {"window": {"from": "22:00", "to": "06:00"}}, "next": n}, NEXT),
    st.builds(
        lambda c, n, t: {"do": "wait_until", "if": c, "event": {"event_name": ["buy"]}, "timeout": "1d",
                         "next": n, "on_timeout": t},
        CONDITIONS, NEXT, NEXT,
    ),
    st.builds(lambda c, n, e: {"do": "branch", "cases": [{"if": c, "next": n}], "else": e}, CONDITIONS, NEXT, NEXT),
    st.builds(
        lambda n, e: {"do": "send", "channel": "email", "template": "t", "next": n, "on_error": e},
        NEXT, st.sampled_from(["continue", "abort"]),
    ),
    st.just({"do": "exit"}),
)  # fmt: skip


@st.composite
def flows(draw):
    """Draw graphs that could be published: what cannot be reached is left out, loops take time."""
    nodes = draw(st.fixed_dictionaries(dict.fromkeys(NAMES, NODES)))
    reachable, frontier = [], ["a"]
    while frontier:
        name = frontier.pop()
        if name not in reachable:
            reachable.append(name)
            node = nodes[name]
            targets = [node.get("next"), node.get("else"), node.get("on_timeout")]
            frontier += [*filter(None, targets), *(case["next"] for case in node.get("cases", ()))]
    kept = {name: nodes[name] for name in sorted(reachable)}
    exits = draw(st.sampled_from([[], [{"event": "refund"}], [{"event": "buy"}]]))
    return graph(kept, exit=exits, goal={"event": "buy", "within": "7d"})


PUBLISHABLE = flows().filter(lambda flow: not check(flow))


class Walk(RuleBasedStateMachine):
    """One run, driven by time, events and traits as the rows would drive it."""

    @initialize(flow=PUBLISHABLE, holdout=st.booleans())
    def enter(self, flow, holdout):
        self.flow, self.holdout = flow, holdout
        self.now, self.traits, self.past = NOW, {}, []
        self.standing = Standing(node=flow.first, visit=1, since=NOW)
        self.due_at, self.reason, self.goal = NOW, None, None
        self.opened, self.left, self.message = [], [], None
        self.look()

    def look(self, events=(), **more):
        """Show the run to the engine and keep what it decided, as the rows do."""
        seen = sight(
            self.now,
            entry=event(plan="gold"),
            past=tuple(self.past),
            traits=self.traits,
            events=events,
            holdout=self.holdout,
            goal_met=self.goal is not None,
            message=self.message,
            **more,
        )
        again = advance(self.flow, standing=self.standing, sight=seen)
        decision = advance(self.flow, standing=self.standing, sight=seen)
        assert again == decision, "the same sight, the same decision"
        before = self.standing
        self.standing, self.due_at, self.reason = decision.standing, decision.due_at, decision.reason
        self.goal = decision.goal or self.goal
        if decision.messages and before != decision.standing:
            self.message = None
        self.opened += [(asked.node.name, asked.visit) for asked in decision.messages]
        self.left += [step for step in decision.steps if step.left_at is not None]
        waits = decision.messages and decision.reason is None and decision.messages[-1].visit == decision.standing.visit
        if waits:
            self.message = Message(state=MessageState.OPEN)
        elif decision.standing.visit != before.visit:
            self.message = None

    @precondition(lambda self: self.reason is None and self.due_at is not None)
    @rule(late=st.sampled_from([timedelta(0), timedelta(seconds=2), timedelta(hours=3)]))
    def come_due(self, late):
        self.now = max(self.now, self.due_at + late)
        self.look()

    @precondition(lambda self: self.reason is None)
    @rule(name=st.sampled_from(["buy", "view", "refund"]), later=st.sampled_from([0, 1, 3600]))
    def happen(self, name, later):
        self.now += timedelta(seconds=later)
        came = event(name, at=self.now, number=len(self.past) + 10)
        self.past.append(came)
        self.look(events=(came,))
        if name in self.flow.exit_events:
            assert self.reason in (ExitReason.EXIT_EVENT, ExitReason.CONVERTED)

    @precondition(lambda self: self.reason is None)
    @rule(traits=st.fixed_dictionaries({}, optional=TRAITS))
    def change(self, traits):
        self.traits = {**self.traits, **traits}
        self.look()

    @precondition(lambda self: self.reason is None and self.message is not None)
    @rule(state=st.sampled_from([MessageState.SENT, MessageState.FAILED, MessageState.BLOCKED]))
    def settle(self, state):
        self.message = Message(state=state)
        self.look()

    @precondition(lambda self: self.reason is None)
    @rule()
    def stop(self):
        self.look(stopped=True)
        assert self.reason is ExitReason.STOPPED

    @rule()
    def rest(self):
        """Let nothing happen: there is always something to do, even after the end."""

    @invariant()
    def promises(self):
        if not hasattr(self, "flow"):
            return
        assert self.standing.node in self.flow.nodes
        assert len(set(self.opened)) == len(self.opened), "a message is opened once for each visit"
        assert not (self.holdout and self.opened), "who is held out gets nothing"
        visits = [step.visit for step in self.left]
        assert visits == sorted(set(visits)), "steps are left once, in the order of the way"
        assert all(step.entered_at <= step.left_at for step in self.left), "nobody leaves before arriving"
        said = {(step.node, step.visit) for step in self.left if step.outcome in ("opened", "sent")}
        assert said <= set(self.opened), "what counts as said was opened at that visit"
        if self.reason is None:
            assert self.due_at is not None or self.message is not None, "a run always waits for something"
            assert self.due_at is None or self.due_at > self.now, "what is not due is not claimed again at once"


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


@settings(max_examples=200, deadline=None)
@given(flow=PUBLISHABLE, minutes=st.integers(0, 10_000))
def test_looking_at_a_waiting_run_before_its_time_changes_nothing(flow, minutes):
    first = advance(flow, standing=Standing(node=flow.first, visit=1, since=NOW), sight=sight())
    if first.reason is not None or first.due_at is None:
        return
    now = min(NOW + timedelta(minutes=minutes), first.due_at - timedelta(seconds=1))
    if now < NOW:
        return
    second = advance(flow, standing=first.standing, sight=sight(now))
    assert (second.standing, second.due_at, second.messages) == (first.standing, first.due_at, ())
