"""Sample words of the style guide: they are content, not the console's own, and so stay out of the catalogue."""

from django import template

from config.styleguide.samples_of import words

register = template.Library()
register.simple_tag(words.say)
