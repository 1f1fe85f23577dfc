"""The orders of lists, and the states of one row in the histories, by an index each; made while others write."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

from projects.migrations._at_once import AtOnce
from projects.models.base import FALLBACKS, name_key

RECORDED = """
    actionitem agreement amount attachment checkpoint container currency document documenttype engagement
    evidence exchangerate holiday importjob indicator indicatorvalue instrument lead membership metric
    milestone milestonekind notice obligation obligationkind obligationtemplate observation organisation
    participation person phase place position problem programme programmesector project projectdocument
    projectlink projectparty projectsector reportingcycle reportingperiod savedmapping savedview sector
    shipment source staffmember stage stagechange stagerequirement statement subscription unit update waiver
    webhook
""".split()
LINKS = """
    agreement_parties amount_candidates engagement_projects observation_candidates projectparty_candidates
    shipment_projects staffmember_places staffmember_sectors statement_contradicts
""".split()
OF_PROJECTS = """
    actionitem agreement amount milestone obligation observation phase problem projectdocument projectparty
    projectsector stagechange update
""".split()
ORDERS = {
    "place": "place",
    "status": "status",
    "start": "planned_start_on",
    "end": "planned_end_on",
    "announcement": "announced_on",
}


def index(model, *columns, name):
    return AddIndexConcurrently(model, models.Index(*columns, name=name))


def fields(model, *columns, name, condition=None):
    return AddIndexConcurrently(model, models.Index(fields=columns, name=name, condition=condition))


class Migration(migrations.Migration):
    atomic = False  # as indexes that are made beside writers ask for

    dependencies = [("projects", "0013_kept_mappings_and_runs")]

    operations = [
        AtOnce(
            [
                *(fields(f"{name}event", "pgh_obj", "-pgh_id", name=f"{name[:23]}_states") for name in RECORDED),
                *(
                    fields(f"{name.replace('_', '')}event", "id", "-pgh_id", name=f"{name[:23]}_states")
                    for name in LINKS
                ),
                *(fields(f"{name}event", "project", name=f"{name[:15]}_states_of_one") for name in OF_PROJECTS),
                fields("projectevent", "reference", "pgh_obj", name="project_states_in_order"),
                fields("amount", "project", name="amount_uncertain", condition=models.Q(inclusion="unknown")),
                fields("amount", "programme", name="amount_of_programme", condition=models.Q(programme__isnull=False)),
                *(fields("project", column, "id", name=f"project_by_{name}") for name, column in ORDERS.items()),
                *(index("project", name_key(code), "id", name=f"project_by_name_{code[:2]}") for code in FALLBACKS),
                index("projectmoney", "kind", "value", "project", name="money_in_order"),
                index("projectmoney", "kind", "open_value", "project", name="money_in_open_order"),
                RemoveIndexConcurrently("projectmoney", "money_by_value"),
                RemoveIndexConcurrently("projectmoney", "money_by_open_value"),
            ]
        )
    ]
