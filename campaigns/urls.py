"""The pages and API of campaigns: each room adds its own."""

from django.urls import URLPattern, URLResolver, path, re_path

from campaigns import api as campaigns
from campaigns import pages
from campaigns.actions import api as actions
from campaigns.actions.webhooks import api as webhooks
from campaigns.delivery import api as delivery
from campaigns.delivery.frequency import api as frequency
from campaigns.flows import api as flows
from campaigns.overview import api as overview_api
from campaigns.rules import api as rules
from campaigns.rules import stopping_api as stopping
from campaigns.rules.publishing import api as publishing
from campaigns.rules.publishing import api_cases as cases
from campaigns.rules.publishing import api_replays as replays
from campaigns.rules.publishing import api_reviews as reviews
from campaigns.rules.publishing import api_versions as versions
from campaigns.rules.streams import api as streams
from campaigns.rules.tables import api as tables

urlpatterns: list[URLPattern | URLResolver] = [
    *pages.urlpatterns,
    path("v1/summary", overview_api.Summary.as_view()),
    path("v1/summary/waiting", overview_api.Waiting.as_view()),
    path("v1/rules", rules.Rules.as_view()),
    path("v1/rules/<str:key>", rules.OneRule.as_view()),
    path("v1/rules/<str:key>/stop", stopping.StopSwitch.as_view()),
    path("v1/rules/<str:key>/release", stopping.Release.as_view()),
    path("v1/rules/<str:key>/alarms", streams.Alarms.as_view()),
    path("v1/rules/<str:key>/draft", publishing.Draft.as_view()),
    path("v1/rules/<str:key>/publish", publishing.Publish.as_view()),
    path("v1/rules/<str:key>/roll-back", publishing.Rollback.as_view()),
    path("v1/rules/<str:key>/submit", reviews.Submit.as_view()),
    path("v1/rules/<str:key>/approve", reviews.Approve.as_view()),
    path("v1/rules/<str:key>/reject", reviews.Reject.as_view()),
    path("v1/rules/<str:key>/withdraw", reviews.Withdraw.as_view()),
    path("v1/rules/<str:key>/cases", cases.Cases.as_view()),
    path("v1/rules/<str:key>/cases/<int:case_id>", cases.OneCase.as_view()),
    path("v1/rules/<str:key>/versions", versions.Versions.as_view()),
    path("v1/rules/<str:key>/versions/<int:number>", versions.OneVersion.as_view()),
    path("v1/rules/<str:key>/versions/<int:number>/restore", versions.Restore.as_view()),
    path("v1/rules/<str:key>/diff", versions.Differences.as_view()),
    path("v1/rules/<str:key>/uses", versions.Uses.as_view()),
    path("v1/rules/<str:key>/replay", replays.StartReplay.as_view()),
    path("v1/rule-check", publishing.Check.as_view()),
    path("v1/rule-batch", publishing.Batch.as_view()),
    path("v1/rule-reviews", reviews.Reviews.as_view()),
    path("v1/rule-policy", reviews.PolicyView.as_view()),
    path("v1/rules/<str:key>/firings", rules.Firings.as_view()),
    path("v1/rules/<str:key>/why/<uuid:event_id>", rules.Why.as_view()),
    path("v1/rules/<str:key>/trace/<uuid:event_id>", rules.TraceEvent.as_view()),
    path("v1/tables", tables.Tables.as_view()),
    path("v1/tables/validate", tables.Validate.as_view()),
    path("v1/tables/try", tables.Try.as_view()),
    path("v1/tables/paste", tables.PasteCells.as_view()),
    path("v1/tables/xlsx", tables.Upload.as_view()),
    path("v1/tables/<str:key>", tables.OneTable.as_view()),
    path("v1/tables/<str:key>/rules", tables.AsRules.as_view()),
    path("v1/tables/<str:key>/xlsx", tables.Download.as_view()),
    path("v1/journeys", flows.Journeys.as_view()),
    path("v1/journeys/<str:key>", flows.OneJourney.as_view()),
    path("v1/journeys/<str:key>/publish", flows.Publish.as_view()),
    re_path("^v1/journeys/(?P<key>[^/]+)/(?P<verb>pause|resume|stop)$", flows.Switch.as_view()),
    path("v1/journeys/<str:key>/counts", flows.Counts.as_view()),
    path("v1/journeys/<str:key>/refusals", flows.Refusals.as_view()),
    path("v1/journeys/<str:key>/runs", flows.JourneyRuns.as_view()),
    path("v1/runs", flows.Runs.as_view()),
    path("v1/runs/<uuid:run_id>", flows.OneRun.as_view()),
    path("v1/messages", delivery.Messages.as_view()),
    path("v1/messages/<uuid:message_id>", delivery.OneMessage.as_view()),
    path("v1/messages/<uuid:message_id>/resolve", delivery.Resolve.as_view()),
    path("v1/caps", frequency.Caps.as_view()),
    path("v1/caps/<str:key>", frequency.OneCap.as_view()),
    path("v1/quiet-hours", frequency.QuietHoursList.as_view()),
    path("v1/quiet-hours/<str:key>", frequency.OneQuietHours.as_view()),
    path("v1/people/<str:user_id>/caps", frequency.OwnCaps.as_view()),
    path("v1/people/<str:user_id>/caps/<str:key>", frequency.OneOwnCap.as_view()),
    path("v1/actions", actions.Actions.as_view()),
    path("v1/actions/<int:action_id>/replay", actions.Replay.as_view()),
    path("v1/webhooks", webhooks.Endpoints.as_view()),
    path("v1/webhooks/<str:key>", webhooks.OneEndpoint.as_view()),
    path("v1/webhooks/<str:key>/secret", webhooks.NewSecret.as_view()),
    path("v1/webhooks/<str:key>/test", webhooks.TryOut.as_view()),
    path("v1/parked-events", campaigns.ParkedEvents.as_view()),
    path("v1/parked-events/<int:parked_id>/replay", campaigns.Replay.as_view()),
]
