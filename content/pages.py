"""Where the console's pages of content live."""

from django.urls import URLPattern, path

from content.library import editing, looking, views

urlpatterns: list[URLPattern] = [
    path("templates/", views.templates, name="template-list"),
    path("templates/new/", editing.new, name="template-new"),
    path("templates/<str:key>/", views.template, name="template-page"),
    path("templates/<str:key>/edit/", editing.edit, name="template-edit"),
    path("templates/<str:key>/edit/save/", editing.autosave, name="template-autosave"),
    path("templates/<str:key>/edit/look/", looking.look, name="template-look"),
    path("templates/<str:key>/edit/variant/", editing.variant, name="template-variant"),
    path("templates/<str:key>/edit/discard/", editing.discard, name="template-discard"),
    path("templates/<str:key>/versions/", views.versions, name="template-versions"),
    path("templates/<str:key>/versions/<int:number>/restore/", views.put_back, name="template-restore"),
    path("templates/<str:key>/uses/", views.uses, name="template-uses"),
    path("templates/<str:key>/trail/", views.trail, name="template-trail"),
    path("templates/<str:key>/archive/", views.put_away, name="template-archive"),
    path("templates/<str:key>/unarchive/", views.bring_back, name="template-unarchive"),
]
