"""The pages and API of audiences: each room adds its own."""

from django.urls import URLPattern, URLResolver

from audiences import pages
from audiences.computed import urls as computed
from audiences.exports import urls as exports
from audiences.identity import urls as identity
from audiences.imports import urls as imports
from audiences.intake import urls as intake
from audiences.mentions import urls as mentions
from audiences.people import urls as people
from audiences.segments import urls as segments

urlpatterns: list[URLPattern | URLResolver] = [
    *pages.urlpatterns,
    *imports.urlpatterns,
    *intake.urlpatterns,
    *mentions.urlpatterns,
    *exports.urlpatterns,
    *people.urlpatterns,
    *identity.urlpatterns,
    *computed.urlpatterns,
    *segments.urlpatterns,
]
