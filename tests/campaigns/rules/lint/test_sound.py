"""What the checks claim is true: every claim is tried on generated events, as the interpreter judges them."""

from collections import Counter
from collections.abc import Sequence

import pytest

from audiences.conditions import EventFact, Facts
from campaigns.rules.compile import Clause
from campaigns.rules.form import RuleForm, parse_rule, whole_condition
from campaigns.rules.lint import Finding, lint
from campaigns.rules.lint.leaves import NOW
from campaigns.rules.oracle import Interpreter
from campaigns.rules.samples import Situations
from tests.campaigns.rules.lint.drawing import Rules

RULES = 30
SITUATIONS = 400


def contradicted(finding: Finding, matched: frozenset[str], event: str) -> bool:
    """Tell whether what happened on one event, to which the first rule listens, is not what the finding says."""
    first, *others = finding.rules
    return {
        "dead": first in matched,
        "never_on": first in matched and event in finding.about.get("events", ()),
        "always": first not in matched,
        "subsumed": first in matched and not matched.issuperset(others),
        "unreachable": first in matched and not matched.issuperset(others),
        "duplicate": any((first in matched) is not (other in matched) for other in others),
    }.get(finding.kind, False)


def claims(forms: Sequence[RuleForm], *, seed: int, count: int) -> Counter[str]:
    """Check all findings on `count` situations; return how many there were of each kind."""
    clauses = [Clause(id=at, on=form.on, condition=whole_condition(form)) for at, form in enumerate(forms)]
    interpreter, findings = Interpreter(clauses), lint(forms)
    for event, facts in Situations(clauses, seed=seed).draw(count):
        matched = frozenset(forms[at].key for at in interpreter.match(event, facts))
        listening = frozenset(form.key for form in forms if event.name in form.on)
        for finding in findings:
            wrong = finding.rules[0] in listening and contradicted(finding, matched, event.name)
            assert not wrong, (finding, event, shown(forms, finding))
    return Counter(finding.kind for finding in findings)


def shown(forms: Sequence[RuleForm], finding: Finding) -> list[object]:
    return [form.definition for form in forms if form.key in finding.rules]


def drawn(seed: int) -> list[RuleForm]:
    return [parse_rule(raw) for raw in Rules(seed).draw(RULES)]


def test_no_claim_about_generated_rules_is_contradicted_by_an_event():
    found: Counter[str] = Counter()
    for seed in range(25):
        found += claims(drawn(seed), seed=seed, count=SITUATIONS)
    assert min(found[kind] for kind in ("dead", "always", "subsumed", "duplicate", "never_on")) > 0, found


@pytest.mark.slow
def test_no_claim_about_many_generated_rules_is_contradicted_by_an_event():
    for seed in range(1_000, 1_100):
        claims(drawn(seed), seed=seed, count=2 * SITUATIONS)


def test_an_event_that_is_shown_is_one_on_which_all_the_rules_named_match():
    shown_events = 0
    for seed in range(10):
        forms = {form.key: form for form in drawn(seed)}
        for finding in lint(list(forms.values())):
            if finding.witness is None or finding.kind not in ("subsumed", "duplicate", "overlap"):
                continue
            facts = as_facts(finding.witness)
            assert facts.event is not None
            if "happened" not in finding.witness:
                assert all(whole_condition(forms[key]).judge(facts).held for key in finding.rules)
                shown_events += 1
    assert shown_events > 20


def as_facts(witness) -> Facts:
    event = EventFact(name=witness["event"], at=NOW, properties=witness.get("properties", {}))
    return Facts(
        now=NOW,
        traits=witness.get("traits", {}),
        event=event,
        segments=frozenset(witness.get("segments", ())),
        granted=frozenset(tuple(each.split("/")) for each in witness.get("consents", ())),
        first_seen=NOW,
    )
