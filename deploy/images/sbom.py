"""What an image holds, as a CycloneDX 1.6 document on standard output.

Runs inside the image with the Python that every image has: `docker run … python3 - NAME REVISION <sbom.py`. It asks the
package databases of what is installed, dpkg's and Python's.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from uuid import uuid4

FIELDS = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"
Component = dict[str, object]


def debian_packages() -> Iterator[Component]:
    """What dpkg has installed, with the source that security advisories speak of."""
    asked = ["dpkg-query", "--show", f"--showformat={FIELDS}"]
    for line in subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines():
        name, version, architecture, source, source_version = line.split("\t")
        yield {
            **component("library", name, version, f"pkg:deb/debian/{name}@{quoted(version)}?arch={architecture}"),
            "properties": [{"name": "debian:source", "value": f"{source} {source_version}"}],
        }


def python_distributions(folders: list[str]) -> Iterator[Component]:
    """What is installed in these folders of site-packages, whichever Python reads them."""
    for each in sorted(distributions(path=folders), key=lambda each: each.name.lower()):
        name = re.sub(r"[-_.]+", "-", each.name).lower()
        found = component("library", each.name, each.version, f"pkg:pypi/{name}@{quoted(each.version)}")
        licence = licence_of(each)
        yield {**found, "licenses": [{"license": {"name": licence}}]} if licence else found


def unpackaged() -> Iterator[Component]:
    """The mongod that comes from a wheel is in no package database."""
    program = Path("/usr/bin/mongod")
    if program.exists():
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        version = said.partition("db version v")[2].split()[0]
        yield component("application", "mongod", version, f"pkg:generic/mongod@{quoted(version)}")


def component(kind: str, name: str, version: str, purl: str) -> Component:
    return {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}


def licence_of(distribution: Distribution) -> str:
    """The licence in a few words, if the distribution says it so."""
    said = distribution.metadata.get("License-Expression") or distribution.metadata.get("License") or ""
    return said if len(said) < 80 and "\n" not in said else ""


def quoted(version: str) -> str:
    return version.replace("+", "%2B").replace(":", "%3A")


def main() -> None:
    name, revision = sys.argv[1:]
    folders = [str(folder) for folder in Path("/venv/lib").glob("python*/site-packages")]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "container", "bom-ref": name, "name": name, "version": revision},
        },
        "components": [*python_distributions(folders), *debian_packages(), *unpackaged()],
    }
    json.dump(document, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
