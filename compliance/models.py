"""Gathers the models of compliance's rooms."""

from compliance.access.models import ApiKey, LoginFailure, Member, User, Workspace
from compliance.audit.models import AuditEntry
from compliance.consent.models import Consent, Suppression

__all__ = ["ApiKey", "AuditEntry", "Consent", "LoginFailure", "Member", "Suppression", "User", "Workspace"]
