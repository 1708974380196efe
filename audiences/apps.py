"""Registers the audiences app."""

from importlib import import_module

from django.apps import AppConfig

from compliance.consent import directory


class AudiencesConfig(AppConfig):
    name = "audiences"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell compliance, which may not look here itself, who is who and which long work there is."""
        from audiences.computed import filling  # noqa: F401, PLC0415  registers its kind of job
        from audiences.imports import jobs  # noqa: F401, PLC0415  registers its kinds of jobs
        from audiences.people.directory import KnownPeople  # noqa: PLC0415  models exist only from here on
        from audiences.profile import notes  # noqa: PLC0415

        notes.follow_merges()
        directory.plug_in(KnownPeople())
        import_module("audiences.segments.handpicked").listen_to_people()
        import_module("audiences.people.decisions").listen()
        import_module("audiences.segments.jobs")  # registers its kinds
        for room in ("intake", "people", "segments"):  # workers export lists too
            import_module(f"audiences.{room}.lists")
        import_module("audiences.privacy")  # registers what audiences keep of people
        import_module("audiences.exports.jobs")  # registers its kinds
