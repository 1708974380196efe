"""The outbox between matches and what follows from them: asked once per cause, done once, retried, parked."""

from campaigns.actions.outbox import Action, ask

__all__ = ["Action", "ask"]
