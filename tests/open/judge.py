"""What others' tools make of what Guildhall publishes: python judge.py SCHEMA FOLDER, an answer in JSON.

SCHEMA holds release-schema.json, the package schemas and the codelists of OCDS 1.1.5. FOLDER holds releases.json,
records.json, releases.jsonl and register.xlsx, those that are to be judged. Nothing is fetched: extensions that a
package names are read from `extensions`, where there are stand-ins for them.
"""

import datetime
import io
import json
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import requests
from ocdsextensionregistry import util
from ocdsextensionregistry.versioned_release_schema import get_versioned_release_schema

TAG = "1__1__5"
HERE = Path(__file__).parent
SCHEMA, FOLDER = Path(sys.argv[1]), Path(sys.argv[2])


class StandIns(requests.adapters.BaseAdapter):
    """Answers for GitHub's archives: OWNER/REPOSITORY/archive/BRANCH.zip is extensions/REPOSITORY, zipped."""

    def send(self, request, **_):
        repository = request.path_url.strip("/").split("/")[1]
        folder = HERE / "extensions" / repository
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(f"{repository}/", "")
            for path in folder.glob("*.json"):
                archive.write(path, f"{repository}/{path.name}")
        response = requests.Response()
        response.request, response.url = request, request.url
        response.status_code, response.reason = (200, "OK") if folder.exists() else (404, "Not Found")
        response.raw = io.BytesIO(made.getvalue())
        return response

    def close(self):
        pass


class Standard(requests.adapters.BaseAdapter):
    """Answers for the standard's own site: the schemas, by the last part of their address."""

    def send(self, request, **_):
        with zipfile.ZipFile(io.BytesIO(standard())) as archive:
            content = archive.read("standard/schema/" + request.path_url.rsplit("/", 1)[1])
        response = requests.Response()
        response.request, response.url = request, request.url
        response.status_code, response.reason = 200, "OK"
        response.raw = io.BytesIO(content)
        return response

    def close(self):
        pass


class Plain(requests.Session):
    def __init__(self):
        super().__init__()
        self.adapters.clear()
        self.mount("https://github.com/", StandIns())
        self.mount("https://standard.open-contracting.org/", Standard())


def standard():
    """The standard's repository as far as it is needed, as the tools download it."""
    release = json.loads((SCHEMA / "release-schema.json").read_text())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        versioned = get_versioned_release_schema(release, TAG)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("standard/", "")
        for path in SCHEMA.glob("*.json"):
            archive.write(path, f"standard/schema/{path.name}")
        archive.writestr("standard/schema/versioned-release-validation-schema.json", json.dumps(versioned))
        for path in SCHEMA.glob("*.csv"):
            archive.write(path, f"standard/schema/codelists/{path.name}")
    return made.getvalue()


def read(name):
    path = FOLDER / name
    return json.loads(path.read_text()) if path.exists() else None


def cove(package):
    """libcoveocds, by which the Open Contracting Partnership's Data Review Tool judges."""
    from libcoveocds.api import ocds_json_output
    from libcoveocds.config import LibCoveOCDSConfig

    config = LibCoveOCDSConfig()
    config.config["standard_zip"] = standard()
    config.config["context"] = "api"
    found = ocds_json_output(str(FOLDER), json_data=package, lib_cove_ocds_config=config)
    extensions = found.get("extensions", {})
    return {
        "version": found.get("version_used"),
        "errors": found.get("validation_errors"),
        "additional_checks": found.get("additional_checks"),
        "conformance": found.get("conformance_errors"),
        "additional_fields": sorted(
            f"{field['path']}/{field['field']}" for field in found.get("additional_fields", [])
        ),
        "additional_codes": found.get("additional_open_codelist_values"),
        "closed_codes": found.get("additional_closed_codelist_values"),
        "deprecated": found.get("deprecated_fields"),
        "invalid_extensions": extensions.get("invalid_extension"),
    }


def schema():
    from ocdsextensionregistry import ProfileBuilder

    used = (read("releases.json") or read("records.json"))["extensions"]
    return ProfileBuilder(TAG, used, standard_base_url=standard()).patched_release_schema()


def merged(releases, records):
    """ocdsmerge: what our releases merge to, against what our records say."""
    from ocdsmerge import Merger

    merger = Merger(schema())
    by_ocid = {}
    for release in releases:
        by_ocid.setdefault(release["ocid"], []).append(release)
    wrong = {"compiled": [], "versioned": [], "missing": []}
    for record in records:
        own = by_ocid.pop(record["ocid"], None)
        if own is None:
            wrong["missing"].append(record["ocid"])
            continue
        if merger.create_compiled_release(own) != record["compiledRelease"]:
            wrong["compiled"].append(record["ocid"])
        theirs, ours = merger.create_versioned_release(own), record["versionedRelease"]
        # The standard's schema has a party's details as one value, ocdsmerge as one of each field.
        for party in theirs["parties"] + ours["parties"]:
            party.pop("details", None)
        if theirs != ours:
            wrong["versioned"].append(record["ocid"])
    wrong["missing"] += list(by_ocid)
    return wrong


def kit(package):
    """ocdskit compile, as a program: our release package in, its compiled releases out."""
    path = FOLDER / "schema.json"
    path.write_text(json.dumps(schema()))
    program = [Path(sys.executable).parent / "ocdskit", "compile", "--schema", path]
    done = subprocess.run(program, input=json.dumps(package), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def cardinal(compiled):
    """Cardinal: how often each field of compiled releases says something. Its indicators are not in the package."""
    import ocdscardinal

    path = FOLDER / "compiled.jsonl"
    path.write_text("".join(json.dumps(release) + "\n" for release in compiled))
    return ocdscardinal.coverage(str(path))


def workbook(path):
    import openpyxl

    sheet = openpyxl.load_workbook(path).active

    def shown(cell):
        if isinstance(cell.value, datetime.datetime):
            return cell.value.date().isoformat()
        return cell.value

    return {
        "frozen": sheet.freeze_panes,
        "kinds": [[cell.data_type for cell in row] for row in sheet.iter_rows()],
        "rows": [[shown(cell) for cell in row] for row in sheet.iter_rows()],
        "bold": all(cell.font.bold for cell in sheet[1]),
    }


util.session = Plain()
requests.get = util.session.get
import ocdsextensionregistry.extension_version as reading  # noqa: E402

reading.session = util.session

answer = {}
releases, records = read("releases.json"), read("records.json")
if releases:
    answer["releases"] = cove(releases)
    compiled = kit(releases)
    answer["compiled"] = len(compiled)
    answer["cardinal"] = cardinal(compiled)
if records:
    answer["records"] = cove(records)
if releases and records:
    answer["merged"] = merged(releases["releases"], records["records"])
    ours = {record["ocid"]: record["compiledRelease"] for record in records["records"]}
    answer["kit_differs"] = [one["ocid"] for one in compiled if one != ours.get(one["ocid"])]
if (FOLDER / "releases.jsonl").exists() and releases:
    lines = [json.loads(line) for line in (FOLDER / "releases.jsonl").read_text().splitlines()]
    by_id = lambda release: release["id"]  # noqa: E731
    answer["lines_are_the_package"] = sorted(lines, key=by_id) == sorted(releases["releases"], key=by_id)
if (FOLDER / "register.xlsx").exists():
    answer["workbook"] = workbook(FOLDER / "register.xlsx")
print(json.dumps(answer))
