"""Takes a definition through the gate: what can be said at every save, and all that must hold before it goes live."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from functools import partial
from typing import Any, Final

from campaigns.rules.form import RuleForm, controls, parse_rule
from campaigns.rules.gate import pass_together
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.naming import check_references
from campaigns.rules.publishing import steps
from campaigns.rules.publishing.cases import cases_of, run_cases
from campaigns.rules.publishing.neighbours import beside
from campaigns.rules.publishing.static import look_statically
from campaigns.rules.publishing.steps import Found, Step, timed
from config.kit.actors import Actor
from config.kit.errors import InputRefused, Problem, refuse
from config.kit.versions import canonical

LARGEST: Final = 512 * 1024
"""How many bytes a definition may have in its canonical form; a table of two thousand rows has about half of it."""


def check_size(raw: Any) -> None:
    """Refuse what is too large before anything reads it."""
    size = len(canonical(raw))
    if size > LARGEST:
        hint = f"a definition has at most {LARGEST:,} bytes: make several rules, or a decision table of it"
        raise refuse("", f"the definition has {size:,} bytes", hint)


def check(workspace_id: int, raw: Any, *, rule: Rule | None, actor: Actor) -> tuple[RuleForm | None, list[Step]]:
    """Take the quick steps: form, references, static checks and test cases. The form is None if it cannot be read."""
    read: list[RuleForm] = []
    found = [timed("form", partial(_read, raw, read))]
    if not read:
        return None, found
    (form,) = read
    found.append(timed("references", partial(_refer, workspace_id, form)))
    found.append(timed("static", partial(look_statically, workspace_id, [form])))
    found.append(timed("cases", partial(_test, form, rule, actor)))
    return form, found


def try_out(workspace_id: int, forms: Sequence[RuleForm]) -> Step:
    """Take the slow step: compile and run the rules beside the live ones in a process that may die of it."""
    return timed("trial", partial(_try, workspace_id, forms))


def trying(workspace_id: int, forms: Sequence[RuleForm]) -> Callable[[], Step]:
    """Begin the slow step beside whatever else is done; call what is returned to wait for its outcome."""
    if not forms:
        return lambda: Step(name="trial", state=steps.SKIPPED, said="the live versions match the same events")
    others = beside(workspace_id, forms)
    pool = ThreadPoolExecutor(1)
    going_on = pool.submit(copy_context().run, timed, "trial", partial(_try_beside, forms, others))
    pool.shutdown(wait=False)
    return going_on.result


def must_hold(found: Sequence[Step]) -> None:
    """Raise `InputRefused` with what failed, if anything did."""
    if problems := steps.failures(found):
        raise InputRefused(problems)


def judged(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a definition that decide what it matches."""
    return {name: value for name, value in definition.items() if name not in UNJUDGED}


UNJUDGED: Final[Collection[str]] = ("key", "name", "then", *controls.KEYS)


def _read(raw: Any, read: list[RuleForm]) -> Found:
    check_size(raw)
    read.append(parse_rule(raw))
    return steps.PASSED, "it can be read", (), {}


def _refer(workspace_id: int, form: RuleForm) -> Found:
    check_references(workspace_id, form)
    return steps.PASSED, "all that it refers to exists", (), {}


def _test(form: RuleForm, rule: Rule | None, actor: Actor) -> Found:
    if form.is_timed:
        said = "what counts or waits is not tested on single events: replay the events it counts in a scenario"
        return steps.SKIPPED, said, (), {"passed": 0, "failed": 0, "cases": []}
    results = run_cases(form, list(cases_of(rule, actor=actor).order_by("name", "pk"))) if rule else []
    bad = [each for each in results if not each["passed"]]
    details = {"passed": len(results) - len(bad), "failed": len(bad), "cases": results}
    if bad:
        return steps.FAILED, f"{len(bad)} of {len(results)} test cases fail", list(map(_case_problem, bad)), details
    if not results:
        return steps.SKIPPED, "there are no test cases", (), details
    return steps.PASSED, f"all {len(results)} test cases pass", (), details


def _case_problem(result: Mapping[str, Any]) -> Problem:
    wanted = result["expected"]
    if "fires" in result["wrong"]:
        message = f"it {'fires' if result['fires'] else 'does not fire'}, expected was the opposite"
    else:
        message = f"expected was {', '.join(f'{name} {str(wanted[name])[:200]}' for name in result['wrong'])}"
    return Problem(path=f"/cases/{result['name']}", message=message, hint="change the rule, or the case if it is wrong")


def _try(workspace_id: int, forms: Sequence[RuleForm]) -> Found:
    return _try_beside(forms, beside(workspace_id, forms))


def _try_beside(forms: Sequence[RuleForm], others: Sequence[Mapping[str, Any]]) -> Found:
    tried = pass_together([form.definition for form in forms], beside=others)
    details = {"situations": tried, "beside": len(others)}
    return steps.PASSED, f"engine and interpreter agree in {tried} situations", (), details


def unchanged(form: RuleForm, live: RuleVersion | None) -> bool:
    """Whether the live version matches the same events, so that the engine has been tried with it already.

    What counts or waits is never given to the engine.
    """
    if form.is_timed:
        return True
    return live is not None and judged(live.definition) == judged(form.definition)


def stamp(found: Sequence[Step], *, now: datetime) -> list[dict[str, Any]]:
    """Return the steps as they are stored, with the instant at which they were taken."""
    return [{**step.as_json(), "at": now.isoformat()} for step in found]
