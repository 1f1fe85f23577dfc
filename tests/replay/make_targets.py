"""Maps the logical names of a replay of hostile inputs to this site's addresses, fields and baselines.

Usage: make_targets.py BASE_URL DATABASE > targets.json, with the demonstration portfolio loaded. The form baselines
are read from the forms themselves, so that they are what a browser would send.
"""

import http.cookiejar
import json
import sys
import urllib.parse
import urllib.request
from html.parser import HTMLParser

PASSWORD = "demo-tracker-2026"


class Fields(HTMLParser):
    """The successful controls of the last form with method post on a page."""

    def __init__(self):
        super().__init__()
        self.values, self.select, self.textarea, self.inside = {}, None, None, False

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.inside = (
                a.get("method", "").lower() == "post"
                and "logout" not in a.get("action", "")
                and "theme" not in a.get("action", "")
            )
        if not self.inside:
            return
        if tag == "input" and a.get("name") and a.get("type") not in ("submit", "file"):
            if a.get("type") in ("checkbox", "radio"):
                if "checked" in a:
                    self.values[a["name"]] = a.get("value", "on")
            else:
                self.values[a["name"]] = a.get("value", "")
        elif tag == "select":
            self.select = a.get("name")
            self.values.setdefault(self.select, "")
        elif tag == "option" and self.select and "selected" in a:
            self.values[self.select] = a.get("value", "")
        elif tag == "textarea":
            self.textarea = a.get("name")
            self.values[self.textarea] = ""

    def handle_data(self, data):
        if self.textarea:
            self.values[self.textarea] += data

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.values[self.textarea] = self.values[self.textarea].removeprefix("\n")
            self.textarea = None


def baseline(base, user, path):
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    login = f"{base}/en/accounts/login/"
    page = opener.open(login).read().decode()
    fields = Fields()
    fields.feed(page)
    values = fields.values | {"username": user, "password": PASSWORD}
    opener.open(login, urllib.parse.urlencode(values).encode()).read()
    fields = Fields()
    fields.feed(opener.open(base + path).read().decode())
    return {name: value for name, value in fields.values.items() if name != "csrfmiddlewaretoken"}


def targets(base, database):
    host, port = base.removeprefix("http://").split(":")
    lists, one = "/en/projects/", "/en/projects/{arg}/"
    return {
        "host": host,
        "port": int(port),
        "db": database,
        "pgport": 54399,
        "pidfile": "",
        "targets": {
            "project_list": lists,
            "kwargs_filter": lists,
            "search": lists,
            "fulltext": "/en/statements/",
            "project_detail": one,
            "project_by_code": one,
            "project_edit": "/en/projects/{arg}/edit/",
            "project_new": "/en/projects/new/",
            "update_add": "/en/projects/{arg}/updates/new/",
            "api_list": "/api/v1/projects/",
            "api_detail": "/api/v1/projects/{arg}/",
            "export_xlsx": lists,  # asked after some cases whether the rows can still be read
            "export_csv": "/en/projects/export.csv",
            "import": "/en/imports/new/",
            "attachment_add": "/en/documents/new/",
            "attachment_get": "/en/documents/{arg}/file/",
            "attachment_existing": "/en/documents/1/file/",
            "raw_api": "/api/v1/updates/",
            "login": "/en/accounts/login/",
            "logout": "/en/accounts/logout/",
            "set_language": "/i18n/setlang/",
            "admin_project_list": "/en/admin/projects/project/",
            "admin_project_change": "/en/admin/projects/project/1/change/",
            "admin_login": "/en/accounts/login/",
        },
        "params": {
            "q": "q",
            "char": "q",
            "fk_slug": "sector",
            "fk": "place",
            "codes": "sector",
            "rel": "curator",
            "int": "per_page",
            "decimal": "announced_min",
            "range_min": "announced_min",
            "range_max": "announced_max",
            "pk": "investor",
            "date": "starts_after",
            "datetime": "known_at",
            "isodt": "known_at",
            "dayrange_max": "starts_before",
            "year": "as_of",
            "ids": "investor",
            "choice": "status",
            "regex": "q",
            "sort": "sort",
            "order": "sort",
            "page": "after",
            "per_page": "per_page",
            "period": "as_of",
        },
        "fields": {
            "name": "name_ru",
            "file": "file",
            "text": "narrative",
            "description": "description_en",
            "code": "reference",
            "district": "place",
            "budget": "latitude",
            "progress": "longitude",
            "start_date": "planned_start_on",
            "end_date": "planned_end_on",
            "percent": "not_a_field",
            "owner": "department",
        },
        "vars": {
            "default_pk": "WKR-0001",
            "other_district": "275400000",
            "own_district": "271000000",
            "admin_id": 1,
            "existing_code": "WKR-0002",
            "existing_code_swapcase": "wkr-0002",
            "staff_user": "editor",
            "staff_pass": PASSWORD,
        },
        "roles": {
            "admin": ["admin", PASSWORD],
            "staff_own": ["editor", PASSWORD],
            "staff_other": ["editor2", PASSWORD],
            "analyst": ["analyst", PASSWORD],
        },
        "baseline": {
            "project_edit": baseline(base, "editor", "/en/projects/WKR-0001/edit/"),
            "update_add": baseline(base, "editor", "/en/projects/WKR-0001/updates/new/")
            | {"narrative": "text", "submit": "draft"},
            "import": baseline(base, "admin", "/en/imports/new/"),
            "attachment_add": baseline(base, "editor", "/en/documents/new/")
            | {"document_type": "memorandum", "title": "Synthetic"},
            "admin_project_change": baseline(base, "admin", "/en/admin/projects/project/1/change/"),
        },
        "checksum_sql": (
            "select (select md5(string_agg(md5(t::text),'' order by id)) from projects_project t)"
            "||'|'||(select count(*) from projects_update)||'|'||(select count(*) from projects_document)"
            "||'|'||(select count(*)||md5(string_agg("
            "username||password||is_staff||is_superuser,'' order by id)) from auth_user)"
        ),
        "reset_cmds": [
            f"psql -h 127.0.0.1 -p 54399 -U postgres -d postgres -q -v ON_ERROR_STOP=1"
            f" -c 'drop database if exists {database} with (force)'"
            f" -c 'create database {database} template {database}_snap'"
        ],
        "row_marker": 'data-reference="([^"]+)"',
        "seed_sql": "insert into projects_project(reference,name_en) values ('H{i}',left('{v}',200));",
    }


if __name__ == "__main__":
    json.dump(targets(sys.argv[1], sys.argv[2]), sys.stdout, indent=1, ensure_ascii=False)
