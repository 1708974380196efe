"""The demo's definitions stand in files, whole and in an order in which every reference resolves."""

from config.demo.definitions import definitions


def test_what_is_referred_to_comes_first():
    kinds = [kind for kind, _definition in definitions()]
    assert kinds == ["templates"] * 4 + ["segments"] + ["journeys"] * 2 + ["rules"]


def test_every_message_has_both_texts_and_a_way_out():
    for kind, definition in definitions():
        if kind == "templates":
            assert "[" not in definition["html"].replace("[endif]", ""), definition["key"]
            for text in (definition["html"], definition["body"]):
                assert "{{ links.unsubscribe }}" in text
                assert "{{ links.preferences }}" in text
                assert "brand.address" in text


def test_journeys_send_templates_that_exist():
    keys = {definition["key"] for kind, definition in definitions() if kind == "templates"}
    for kind, definition in definitions():
        if kind == "journeys":
            sends = [node["template"] for node in definition["nodes"].values() if node["do"] == "send"]
            assert set(sends) <= keys
