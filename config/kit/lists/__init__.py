"""Lists of the console, declared: columns, filters, orders and actions; the rest is the same for all of them."""

from config.kit.lists.definition import Action, Doing, List, Nothing, find_list, known_lists, register
from config.kit.lists.filters import Choice, Dates, Filter, Flag, Instants, Numbers, Text
from config.kit.lists.parts import Column, Row, Scope

__all__ = [
    "Action",
    "Choice",
    "Column",
    "Dates",
    "Doing",
    "Filter",
    "Flag",
    "Instants",
    "List",
    "Nothing",
    "Numbers",
    "Row",
    "Scope",
    "Text",
    "find_list",
    "known_lists",
    "register",
]
