"""Workspaces, members, API keys: who may come in, and to which brand's world."""
