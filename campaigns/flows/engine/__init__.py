"""PURE. What a flow is and how a run goes through it: no database, no network, the time is given."""
