"""The way of a rule to its subjects: draft, checks, test cases, replay, review, live, and back again."""
