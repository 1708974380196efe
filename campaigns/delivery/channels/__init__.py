"""The ways to reach people, one module or package each."""
