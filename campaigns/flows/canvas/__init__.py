"""Designing a flow: its draft, drawn on a canvas or edited as an outline, and its way to be live."""
