"""Words of imports for templates."""

from django import template

from audiences.imports.expected import expected_text

register = template.Library()
register.filter("expected", expected_text)
