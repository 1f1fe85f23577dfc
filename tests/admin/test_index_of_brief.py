"""The index over the brief: figures that agree with the register, in few queries."""

import pytest
from django.urls import reverse

from projects.models import Project
from tests import factories
from tests.admin.conftest import counts

INDEX = reverse("admin:index")
BUDGET = 29


@pytest.fixture
def page(brief, admin_client):
    return admin_client.get("/en/admin/").content.decode()


class TestBrief:
    def test_stages_and_sectors(self, page):
        stages = counts(page, "Projects and money by stage")
        assert ("/en/projects/?stage_group=pre_construction", "2") in stages
        assert any(value == "134000000000.00" for _address, value in stages), "the headline is not allocated"
        sectors = counts(page, "Projects and money by sector")
        assert ("/en/projects/?sector=ENERGY", "1") in sectors

    def test_money_is_not_added_across_currencies_or_inclusions(self, page):
        section = page.split("Money as stated, by currency", 1)[1].split("</section>", 1)[0]
        assert 'value="134000000000.00" data-unit="KZT" data-kind="announced" data-bound="gt"' in section
        apart = section.split("Apart, since nobody knows", 1)[1]
        assert 'value="30000000.00" data-unit="USD"' in apart

    def test_it_costs_few_queries(self, brief, admin_client, django_assert_max_num_queries):
        period = factories.reporting_period(start_on="2026-01-01", end_on="2026-01-31", due_on="2026-02-05")
        with factories.acting(factories.editor()):
            factories.update(project=Project.objects.first(), period=period)
        admin_client.get(INDEX)
        with django_assert_max_num_queries(BUDGET):
            assert admin_client.get(INDEX).status_code == 200

    def test_each_count_of_what_is_missing_opens_so_many_rows(self, page, admin_client):
        found = counts(page, "Missing data")
        assert found
        for address, value in found:
            rows = admin_client.get(address.replace("&amp;", "&"))
            assert rows.context["cl"].result_count == int(value), address

    @pytest.mark.parametrize("language", ["kk", "ru", "en", "zh-hans"])
    def test_it_opens_in_each_language(self, brief, admin_client, language):
        assert admin_client.get(f"/{language}/admin/").status_code == 200
