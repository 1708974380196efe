"""A rule's form: a module for each part of a definition (body, actions, controls), and the whole in `rule`.

A part module tells which `KEYS` are its own, reads them with `read`, writes them back in their one canonical form
with `as_json`, and describes them for the JSON Schema in `properties`. Pure: no Django, no clock.
"""

from campaigns.rules.form.rule import KEYS, RuleForm, parse_rule, row_condition, whole_condition

__all__ = ["KEYS", "RuleForm", "parse_rule", "row_condition", "whole_condition"]
