"""Liquid with limits, pure."""
