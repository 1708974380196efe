"""The trail is told in words; what it does not know the words of stays readable."""

import pytest
from django.utils import translation

from compliance.audit.labels import action_text


@pytest.mark.parametrize(
    ("action", "said", "in_chinese"),
    [
        ("flow.published", "journey · published", "旅程 · 发布"),
        ("delivery.in_doubt", "message · in doubt", "消息 · 存疑"),
        ("oven.pre_heated", "oven · pre heated", "oven · pre heated"),
        ("alone", "alone", "alone"),
    ],
)
def test_an_action_is_said_as_what_was_acted_on_and_what_was_done(action, said, in_chinese):
    assert action_text(action) == said
    with translation.override("zh-hans"):
        assert action_text(action) == in_chinese
