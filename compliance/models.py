"""Gathers the models of compliance's rooms."""

from compliance.access.models import AnsweredRequest, ApiKey, LoginFailure, Member, User, Workspace
from compliance.audit.models import AuditEntry
from compliance.consent.models import Consent, Suppression
from compliance.desk.models import Layout, SavedView
from compliance.jobs.models import Job, JobFile, JobFileChunk
from compliance.privacy.models import PrivacyRequest

__all__ = [
    "AnsweredRequest",
    "ApiKey",
    "AuditEntry",
    "Consent",
    "Job",
    "JobFile",
    "JobFileChunk",
    "Layout",
    "LoginFailure",
    "Member",
    "PrivacyRequest",
    "SavedView",
    "Suppression",
    "User",
    "Workspace",
]
