"""Where the console's pages of campaigns live."""

from django.urls import URLPattern, path

from campaigns.actions import views as actions
from campaigns.delivery import views as delivery
from campaigns.flows import views as flows
from campaigns.overview import person_views as people
from campaigns.overview import views as overview
from campaigns.rules import views as rules

urlpatterns: list[URLPattern] = [
    path("", overview.home, name="home"),
    path("home/arrange/", overview.arrange_home, name="home-arrange"),
    path("home/samples/", overview.load_samples, name="home-samples"),
    path("console/find/", overview.find, name="find"),
    path("people/<uuid:person_id>/timeline/", people.person_story, name="person-story"),
    path("people/<uuid:person_id>/why/", people.person_why, name="person-why"),
    path("people/<uuid:person_id>/now/", people.person_now, name="person-now"),
    path("people/<uuid:person_id>/frequency/", people.person_frequency, name="person-frequency"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<str:key>/", rules.rule, name="rule"),
    path("rules/<str:key>/stop/", rules.rule_stop, name="rule-stop"),
    path("rules/<str:key>/pace/", rules.rule_pace, name="rule-pace"),
    path("journeys/", flows.flows, name="flows"),
    path("journeys/<str:key>/", flows.flow, name="flow"),
    path("journeys/<str:key>/figures/", flows.flow_figures, name="flow-figures"),
    path("journeys/<str:key>/switch/", flows.switch, name="flow-switch"),
    path("runs/", flows.runs, name="runs"),
    path("runs/<uuid:run_id>/", flows.run, name="run"),
    path("messages/", delivery.messages, name="messages"),
    path("messages/<uuid:message_id>/", delivery.message, name="message"),
    path("messages/<uuid:message_id>/resolve/", delivery.resolve_message, name="message-resolve"),
    path("mailbox/", delivery.mailbox, name="mailbox"),
    path("mailbox/<int:letter_id>/", delivery.letter, name="letter"),
    path("mailbox/<int:letter_id>/html/", delivery.letter_html, name="letter-html"),
    path("parked/", overview.parked, name="parked"),
    path("actions/", actions.actions, name="actions"),
]
