"""Where the console's pages of campaigns live."""

from django.urls import URLPattern, path

from campaigns.actions import views as actions
from campaigns.delivery import views as delivery
from campaigns.flows import views as flows
from campaigns.flows.canvas import canvas_views
from campaigns.flows.canvas import release_views as canvas_release
from campaigns.flows.canvas import views as canvas
from campaigns.overview import person_views as people
from campaigns.overview import views as overview
from campaigns.rules import views as rules
from campaigns.rules.desk import conflicts, trace_views, trial_views
from campaigns.rules.editor import case_views as cases
from campaigns.rules.editor import raw_views as rule_json
from campaigns.rules.editor import release_views as release
from campaigns.rules.editor import views as editor
from campaigns.rules.tables import views as tables

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
    path("rules/new/", editor.new, name="rule-new"),
    path("rules/<str:key>/", rules.rule, name="rule"),
    path("rules/<str:key>/edit/", editor.edit, name="rule-edit"),
    path("rules/<str:key>/autosave/", editor.autosave, name="rule-autosave"),
    path("rules/<str:key>/look/", editor.look, name="rule-look"),
    path("rules/<str:key>/json/", rule_json.raw, name="rule-json"),
    path("rules/<str:key>/cases/", cases.cases, name="rule-cases"),
    path("rules/<str:key>/cases/new/", cases.case, name="rule-case-new"),
    path("rules/<str:key>/cases/<int:case_id>/", cases.case, name="rule-case"),
    path("rules/<str:key>/cases/<int:case_id>/drop/", cases.drop_case, name="rule-case-drop"),
    path("rules/<str:key>/publish/", release.release, name="rule-release"),
    path("rules/<str:key>/publish/now/", release.go_live, name="rule-go-live"),
    path("rules/<str:key>/publish/decide/", release.decide, name="rule-decide"),
    path("rules/<str:key>/publish/replay/", release.replay, name="rule-replay"),
    path("rules/<str:key>/discard/", release.discard, name="rule-discard"),
    path("rules/<str:key>/versions/", release.versions, name="rule-versions"),
    path("rules/<str:key>/versions/<int:number>/", release.use_again, name="rule-use-again"),
    path("rules/<str:key>/retire/", release.put_away, name="rule-put-away"),
    path("rules/<str:key>/stop/", rules.rule_stop, name="rule-stop"),
    path("rules/<str:key>/pace/", rules.rule_pace, name="rule-pace"),
    path("rules/<str:key>/conflicts/", conflicts.rule_conflicts, name="rule-conflicts"),
    path("rules/<str:key>/trace/", trace_views.rule_trace, name="rule-trace"),
    path("rules/<str:key>/trace/try/", trace_views.rule_try, name="rule-try"),
    path("rules/<str:key>/test/", trial_views.rule_test, name="rule-test"),
    path("rules/<str:key>/test/start/", trial_views.rule_test_start, name="rule-test-start"),
    path("tables/", tables.tables, name="tables"),
    path("tables/new/", tables.table_new, name="table-new"),
    path("tables/<str:key>/", tables.table, name="table"),
    path("tables/<str:key>/save/", tables.table_save, name="table-save"),
    path("tables/<str:key>/xlsx/", tables.table_file, name="table-file"),
    path("journeys/", flows.flows, name="flows"),
    path("journeys/new/", canvas.new, name="flow-new"),
    path("journeys/<str:key>/edit/", canvas_views.canvas, name="flow-canvas"),
    path("journeys/<str:key>/edit/document/", canvas_views.document, name="flow-document"),
    path("journeys/<str:key>/edit/save/", canvas_views.save, name="flow-save"),
    path("journeys/<str:key>/edit/figures/", canvas_views.node_figures, name="flow-node-figures"),
    path("journeys/<str:key>/outline/", canvas.outline, name="flow-outline"),
    path("journeys/<str:key>/outline/<str:name>/", canvas.node, name="flow-node"),
    path("journeys/<str:key>/start/", canvas.begins, name="flow-start"),
    path("journeys/<str:key>/publish/", canvas_release.release, name="flow-release"),
    path("journeys/<str:key>/publish/decide/", canvas_release.decide, name="flow-decide"),
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
