"""The condition builder: one server-rendered form for the conditions of segments, rules and branches.

A page holds a form made by `blank`, `of` (a definition) or `posted` (what was sent), draws it with
`{% include "builder/condition.html" with conditions=form|drawn %}`, and reads it with `definition()`. While
`asked`, a button of the builder was pressed and nothing is to be saved; `check(problems)` puts what was refused at its
rows.
"""

from audiences.builder.form import ConditionForm, blank, of, posted

__all__ = ["ConditionForm", "blank", "of", "posted"]
