"""The product's addresses and the trivial view."""

from django.urls import path

from config.urls import urlpatterns as product
from tests.bench.limits.trivial import trivial

urlpatterns = [path("v1/bench/trivial", trivial), *product]
