"""Lists of the administration: search, filters, strict parameters, queries that do not grow with the rows."""

import pytest
from django.urls import reverse
from django.utils import translation

from projects.admin import site
from projects.models import Amount, Notice, Organisation, Place, Project, ReportingPeriod, Source, Statement, Update
from tests import factories
from tests.admin.records import row_of

PROJECTS = reverse("admin:projects_project_changelist")
MODELS = sorted(site._registry, key=lambda model: model._meta.label)


def url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def rows(response):
    assert response.status_code == 200
    return {row.pk for row in response.context["cl"].result_list}


def test_notices_are_sentences_in_the_language_of_the_page(admin_client):
    said = {"project": "SYN-1", "start_on": "2026-10-01", "end_on": "2026-10-31", "day": "2026-11-05"}
    message = "%(project)s: the report for %(period)s is due on %(day)s."
    notice = Notice.objects.create(user=factories.analyst(), key="synthetic", message=message, parameters=said)
    with translation.override("ru"):
        addresses = url(Notice), reverse("admin:projects_notice_change", args=[notice.pk])
    for address in addresses:
        page = admin_client.get(address).content.decode()
        assert "5 ноября 2026 г." in page and "%(project)s" not in page


class TestSearch:
    def test_it_folds_letters_of_all_alphabets(self, admin_client):
        project = factories.project(name_kk="Қазақстан зауыты", name_en="Synthetic")
        for words in ("қазақстан", "казахстан", "qazaqstan", "QAZAQ zauy"):
            assert rows(admin_client.get(PROJECTS, {"q": words})) == {project.pk}, words
        assert rows(admin_client.get(PROJECTS, {"q": "nothing"})) == set()

    def test_parts_are_found_by_what_they_belong_to(self, admin_client):
        wanted = factories.amount(project=factories.project(reference="SYN-WANTED"))
        factories.amount()
        assert rows(admin_client.get(url(Amount), {"q": "syn-wanted"})) == {wanted.pk}

    def test_every_list_with_a_search_box_searches(self, admin_client):
        for model, admin in site._registry.items():
            if admin.search or admin.search_columns or admin.search_related:
                assert admin_client.get(url(model), {"q": "a'b %_\\ 1"}).status_code == 200, model

    def test_look_ups_offer_what_is_found(self, admin_client):
        wanted = factories.organisation(name_en="Synthetic wanted")
        query = {"app_label": "projects", "model_name": "projectparty", "field_name": "organisation", "term": "wanted"}
        found = admin_client.get(reverse("admin:autocomplete"), query).json()["results"]
        assert [row["id"] for row in found] == [str(wanted.pk)]

    @pytest.mark.parametrize("term", ["\x00", "x" * 20_000, "%", "' OR 1=1", "😀"])
    def test_look_ups_survive_garbage(self, admin_client, term):
        query = {"app_label": "projects", "model_name": "projectparty", "field_name": "organisation", "term": term}
        assert admin_client.get(reverse("admin:autocomplete"), query).status_code == 200

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"app_label": "projects", "model_name": "nothing", "field_name": "organisation"},
            {"app_label": "projects", "model_name": "projectparty", "field_name": "nothing"},
            {"app_label": "projects", "model_name": "projectparty", "field_name": "role"},
            {"app_label": "admin", "model_name": "logentry", "field_name": "content_type"},
            {"app_label": "projects", "model_name": "projectparty", "field_name": "organisation", "page": "9" * 30},
        ],
    )
    def test_look_ups_of_nothing_are_refused(self, admin_client, query):
        assert admin_client.get(reverse("admin:autocomplete"), query).status_code in (403, 404)

    def test_every_model_that_is_looked_up_can_be(self, admin_client, rf, administrator):
        request = rf.get("/")
        request.user = administrator
        for admin in site._registry.values():
            options = admin.model._meta
            for name in admin.get_autocomplete_fields(request):
                query = {"app_label": options.app_label, "model_name": options.model_name, "field_name": name}
                assert admin_client.get(reverse("admin:autocomplete"), query).status_code == 200, (admin, name)


class TestFilters:
    def test_a_sector_takes_those_below_it(self, admin_client):
        gas = factories.sector("ENERGY.GAS", parent=factories.sector("ENERGY"))
        project = factories.project(main_sector=gas)
        factories.project(main_sector=factories.sector("HEALTH"))
        assert rows(admin_client.get(PROJECTS, {"sector": "ENERGY"})) == {project.pk}

    def test_what_is_incomplete(self, admin_client):
        bare = factories.project(main_sector=None, place=None)
        full = factories.project(curator=factories.editor())
        factories.amount(project=full)
        for missing in ("sector", "place", "cost", "curator"):
            assert rows(admin_client.get(PROJECTS, {"missing": missing})) == {bare.pk}, missing
        assert rows(admin_client.get(PROJECTS, {"missing": "stage"})) == {bare.pk, full.pk}

    def test_names_that_are_not_translated(self, admin_client):
        bare = factories.project()
        full = factories.project(name_kk="Қ", name_ru="К", name_zh_hans="项")
        assert rows(admin_client.get(PROJECTS, {"untranslated": "kk"})) == {bare.pk}
        assert rows(admin_client.get(PROJECTS, {"untranslated": "en"})) == set()
        assert full.pk

    def test_organisations_without_an_identifier(self, admin_client):
        bare = factories.organisation()
        factories.organisation(other_identifier="1", other_identifier_scheme="synthetic")
        assert rows(admin_client.get(url(Organisation), {"missing": "identifier"})) == {bare.pk}

    def test_projects_without_a_report_that_is_due(self, admin_client):
        period = factories.reporting_period(start_on="2026-01-01", end_on="2026-01-31", due_on="2026-02-05")
        silent, reported = (factories.project(created_at="2026-01-01T00:00Z") for _n in range(2))
        factories.project()  # registered after the period
        factories.update(project=reported, period=period, status="submitted")
        factories.update(project=silent, period=period)
        factories.project(is_placeholder=True)
        assert rows(admin_client.get(PROJECTS, {"report": period.pk})) == {silent.pk}
        period.closed_at = "2026-02-06T00:00Z"
        period.save()
        assert admin_client.get(PROJECTS, {"report": period.pk}).status_code == 400

    def test_links_of_other_pages_narrow_a_list(self, admin_client):
        source = factories.source()
        wanted = factories.statement(source=source)
        factories.statement()
        assert rows(admin_client.get(url(Statement), {"source__id__exact": source.pk})) == {wanted.pk}

    def test_each_filter_offered_works(self, admin_client):
        for model in (Project, Amount, Place, Source, Update, Organisation, ReportingPeriod):
            row_of(model)
            response = admin_client.get(url(model))
            for spec in response.context["cl"].filter_specs:
                for choice in spec.choices(response.context["cl"]):
                    assert admin_client.get(url(model) + choice["query_string"]).status_code == 200, choice


class TestGarbage:
    """A parameter that cannot be read is answered with 400 and a page that names it; nothing is a 500."""

    @pytest.mark.parametrize(
        ("query", "named"),
        [
            ("q=%00", "q"),
            ("q=" + "x" * 10_000, "q"),
            ("p=abc", "p"),
            ("p=-1", "p"),
            ("p=0", "p"),
            ("p=99999999999999999999", "p"),
            ("p=%D9%A3", "p"),
            ("o=abc", "o"),
            ("o=1.2.-3.%00", "o"),
            ("o=99999999999999999999", "o"),
            ("all=yes", "all"),
            ("sector=nothing", "sector"),
            ("sector=%00", "sector"),
            ("missing=nothing", "missing"),
            ("untranslated=de", "untranslated"),
            ("report=99999999999999999999", "report"),
            ("stage__code__exact=%00", "stage__code__exact"),
            ("stage_group__exact=nothing", "stage_group__exact"),
            ("status__isnull=maybe", "status__isnull"),
            ("is_placeholder__exact=2", "is_placeholder__exact"),
            ("programme__id__exact=abc", "programme__id__exact"),
            ("programme__id__exact=99999999999999999999", "programme__id__exact"),
            ("programme__code__exact=x", "programme__code__exact"),
            ("name_en__regex=(", "name_en__regex"),
            ("id__in=1,abc", "id__in"),
            ("id__exact=99999999999999999999", "id__exact"),
            ("planned_start_on__year=0", "planned_start_on__year"),
            ("start_date__year=2024&start_date__month=13", "start_date__year"),
            ("curator__password__startswith=pbkdf2", "curator__password__startswith"),
            ("amounts__value__gt=1", "amounts__value__gt"),
            ("nothing=1", "nothing"),
            ("_connector=OR", "_connector"),
        ],
    )
    def test_it_is_named(self, admin_client, query, named):
        factories.project()
        response = admin_client.get(f"{PROJECTS}?{query}")
        assert response.status_code == 400
        assert named in response.content.decode()

    @pytest.mark.parametrize(
        "query",
        ["_to_field=abc", "_to_field=%00", "_popup=%00", "_popup=1&_to_field=id", "all=", "e=1", "e=%00", "_facets=1"],
    )
    def test_what_django_itself_reads_is_safe(self, admin_client, query):
        factories.project()
        assert admin_client.get(f"{PROJECTS}?{query}").status_code in (200, 400)

    @pytest.mark.parametrize("key", ["%00", "_00", "abc", "9" * 30, "-1", "1/../2", "%F0%9F%98%80", "x" * 3000])
    @pytest.mark.parametrize("view", ["change", "delete", "history"])
    @pytest.mark.parametrize("model", [Project, Place])
    def test_keys_in_addresses(self, admin_client, model, view, key):
        address = f"/en/admin/projects/{model._meta.model_name}/{key}/{view}/"
        assert admin_client.get(address).status_code in (302, 404)

    @pytest.mark.parametrize(
        "query",
        [
            "project=abc&place=%00&curator=99999999999999999999&planned_start_on=never&is_placeholder=maybe",
            "programme=1&main_sector=nothing&latitude=NaN&status=nothing&candidates=1,abc,%00",
            "_changelist_filters=%00&_to_field=id&_popup=1",
            "author=abc&submitted_at=never&changes=%7B&period=abc",
        ],
    )
    def test_values_given_to_a_new_form(self, admin_client, query):
        for name in ("project", "amount", "update", "projectparty", "place"):
            assert admin_client.get(f"/en/admin/projects/{name}/add/?{query}").status_code in (200, 400)

    @pytest.mark.parametrize("key", ["99999999999999999999", "abc", "\x00", ""])
    @pytest.mark.parametrize("action", ["delete_selected", "__class__", ""])
    def test_actions(self, admin_client, action, key):
        factories.project()
        data = {"action": action, "_selected_action": key}
        assert admin_client.post(PROJECTS, data).status_code in (200, 302, 400)
        assert admin_client.post(PROJECTS, data | {"index": "99", "select_across": "1"}).status_code in (200, 302, 400)
        assert Project.objects.count() == 1


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_queries_do_not_grow_with_the_rows(model, admin_client, django_assert_max_num_queries):
    one = model._base_manager.filter(pk=row_of(model).pk)
    with django_assert_max_num_queries(16) as few:
        admin_client.get(url(model))
    if not _copies(model, one.get()):
        pytest.skip("one row of a kind")
    with django_assert_max_num_queries(len(few)):
        assert len(admin_client.get(url(model)).context["cl"].result_list) > 1


def _copies(model, row):
    """Three more rows of the kind, each with relations of its own; 0 where the factory makes only one."""
    try:
        for _number in range(3):
            row_of(model)
    except Exception:  # a code list, or a row that exists once
        return 0
    return model._base_manager.count() - 1


def test_the_page_of_a_project_does_not_ask_for_each_row(admin_client, django_assert_max_num_queries):
    project = factories.project()
    address = reverse("admin:projects_project_change", args=[project.pk])

    def more():
        factories.party(project=project)
        factories.amount(project=project)
        factories.milestone(project=project)
        factories.observation(project=project)
        factories.problem(project=project, owner=factories.organisation())

    more()
    with django_assert_max_num_queries(40) as few:
        admin_client.get(address)
    for _number in range(4):
        more()
    with django_assert_max_num_queries(len(few)):
        assert admin_client.get(address).status_code == 200


def test_many_rows_open_in_their_own_list(admin_client):
    source = factories.source()
    for _number in range(41):
        factories.statement(source=source)
    response = admin_client.get(reverse("admin:projects_source_change", args=[source.pk]))
    assert not response.context["inline_admin_formsets"]
    [(_name, count, address)] = response.context["long_lists"]
    assert count == 41
    assert admin_client.get(address).context["cl"].result_count == 41
