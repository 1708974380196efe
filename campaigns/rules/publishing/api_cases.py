"""`/v1/rules/{key}/cases`: the stored tests of a rule."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.rules.models import Rule
from campaigns.rules.publishing import api_forms as forms
from campaigns.rules.publishing.cases import cases_of, delete_case, save_case
from campaigns.rules.publishing.models import RuleCase
from compliance.access.repeats import PARAMETER, repeatable
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing


class Cases(APIView):
    """The test cases of a rule: the shared ones and your own."""

    scope: ClassVar = {"GET": "rules:read", "POST": "rules:write"}

    @extend_schema(operation_id="rule_cases", tags=["rules"], parameters=forms.PAGING, responses=forms.CaseList)
    def get(self, request: Request, key: str) -> Response:
        """Return the cases in the order of their ids; a draft tells how each of them ends."""
        found = cases_of(forms.rule_of(request, key), actor=current_actor())
        return Response(CursorPage("id").page(found, request.query_params).as_json(forms.case_json))

    @extend_schema(
        operation_id="rule_case_add",
        tags=["rules"],
        parameters=[PARAMETER],
        request=forms.CaseForm,
        responses={201: forms.CaseShown},
        examples=[OpenApiExample("must fire", value=forms.CASE, request_only=True)],
    )
    @repeatable
    def post(self, request: Request, key: str) -> Response:
        """Store a case. It runs on every save of the draft, and while it fails the draft cannot go live."""
        case = save_case(forms.rule_of(request, key), request.data, **forms.by_whom())
        return Response(forms.case_json(case), status=201)


class OneCase(APIView):
    """One test case."""

    scope: ClassVar = {"GET": "rules:read", "PUT": "rules:write", "DELETE": "rules:write"}

    @extend_schema(operation_id="rule_case", tags=["rules"], responses=forms.CaseShown)
    def get(self, request: Request, key: str, case_id: int) -> Response:
        """Return the case."""
        return Response(forms.case_json(_found(forms.rule_of(request, key), case_id)))

    @extend_schema(
        operation_id="rule_case_change",
        tags=["rules"],
        request=forms.CaseForm,
        responses=forms.CaseShown,
        examples=[OpenApiExample("must fire", value=forms.CASE, request_only=True)],
    )
    def put(self, request: Request, key: str, case_id: int) -> Response:
        """Store the case anew."""
        rule = forms.rule_of(request, key)
        _found(rule, case_id)
        return Response(forms.case_json(save_case(rule, request.data, case_id=case_id, **forms.by_whom())))

    @extend_schema(operation_id="rule_case_delete", tags=["rules"], responses={204: None})
    def delete(self, request: Request, key: str, case_id: int) -> Response:
        """Delete the case."""
        rule = forms.rule_of(request, key)
        _found(rule, case_id)
        delete_case(rule, case_id, **forms.by_whom())
        return Response(status=204)


def _found(rule: Rule, case_id: int) -> RuleCase:
    found = cases_of(rule, actor=current_actor()).filter(pk=case_id).first()
    return found or missing("This test case")
