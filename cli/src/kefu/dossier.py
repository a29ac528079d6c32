"""`kefu dossier`: a complaint as a folder of files with their hashes, for the house or for the customer."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from kefu.api import Api
from kefu.console import say
from kefu.surroundings import surroundings
from kefu.trouble import Trouble
from shared.contracts.roles import Role

app = typer.Typer(add_completion=False)

MANIFEST = "manifest.json"
"""The file that names every other file of the folder with its SHA-256."""
_MOST = 2_000
"""Messages and answers that a dossier holds at most."""
_SENT = ("accepted", "delivered", "unconfirmed")


@app.command()
def dossier(
    number: Annotated[str, typer.Argument(help="The complaint's number, such as 2026-11-0007.")],
    into: Annotated[Path, typer.Option(help="The folder in which the dossier's folder is made.")] = Path(),
    customer: Annotated[bool, typer.Option("--customer", help="Only what the customer may see.")] = False,
) -> None:
    """Timeline, approvals with the matrix version, receipts, signatures and the texts sent, each a file.

    `kefu verify --dossier FOLDER` tells later whether a file was changed, removed or added.
    """
    api = Api(surroundings(), Role.CS_MANAGER)
    found = api.get("complaints", "/complaints", complaint_no=number)["items"]
    if not found:
        raise Trouble(f"there is no complaint {number}")
    case = f"/complaints/{found[0]['complaint_id']}"
    files = dict(for_customer(api, case, number) if customer else for_house(api, case, number))
    variant = "customer" if customer else "internal"
    folder = into / f"{number}-{variant}"
    code = write(folder, number, variant, files)
    say(f"{folder}: {len(files)} files, SHA-256 of {MANIFEST} {code}")


def write(folder: Path, number: str, variant: str, files: Mapping[str, str]) -> str:
    """Write the files and the manifest into a new folder; the SHA-256 of the manifest. Trouble when it is there."""
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise Trouble(f"{folder} cannot be made: {error.strerror}") from None
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    listed = {name: sha256(text.encode()).hexdigest() for name, text in files.items()}
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = _json({"complaint_no": number, "variant": variant, "made_at": made_at, "sha256": listed})
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    return sha256(manifest.encode()).hexdigest()


def flaws(folder: Path) -> list[tuple[str, str]]:
    """Each file that is not as it was written, with what is wrong. Trouble when the folder is no dossier."""
    try:
        listed = dict[str, str](json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["sha256"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Trouble(f"{folder} is no dossier: it has no {MANIFEST} that can be read") from None
    there = {each.relative_to(folder).as_posix(): each for each in folder.rglob("*") if each.is_file()}
    wrong = [(name, "added") for name in there.keys() - listed.keys() - {MANIFEST}]
    for name, code in listed.items():
        if name not in there:
            wrong.append((name, "removed"))
        elif sha256(there[name].read_bytes()).hexdigest() != code:
            wrong.append((name, "changed"))
    return sorted(wrong)


_APPROVALS = ("policy_version", "proposals", "verdicts", "blocked", "submitted_loss", "decided_losses")
"""What of a case says who decided what, by which version of the matrix."""


def for_house(api: Api, case: str, number: str) -> Iterator[tuple[str, str]]:
    """The files of the internal variant, name and text, of the case at this path."""
    form, steps = api.get("complaints", case), api.get("complaints", f"{case}/history")
    yield "case.json", _json(form)
    yield "timeline.json", _json(steps)
    yield "clocks.json", _json(api.get("complaints", f"{case}/clocks"))
    yield "approvals.json", _json({name: form.get(name) for name in _APPROVALS})
    yield "signatures.json", _json(list(_signatures(form)))
    for paper, key in (("allowances", "allowance_id"), ("returns", "return_id")):
        rows = api.pages("complaints", f"/{paper}", _MOST, complaint_no=number)
        yield f"{paper}.json", _json([api.get("complaints", f"/{paper}/{row[key]}") for row in rows])
    messages = [api.get("notify", f"/notifications/{row['id']}") for row in _messages(api, number)]
    texts = _Texts(api)
    yield "messages.json", _json([{**each, "texts": texts.of(each)} for each in messages])
    owner = form["form"]["customer"]["customer_id"]
    heard = api.pages("notify", "/replies", _MOST, customer_id=owner)
    yield "replies.json", _json([each for each in heard if each["notification"] in {told["id"] for told in messages}])
    yield "report.md", _report("客户投诉处理报告", number, steps, form["form"]["customer"]["name"], api.zone)


def for_customer(api: Api, case: str, number: str) -> Iterator[tuple[str, str]]:
    """The files of the customer's variant: what the customer may see, without any member of staff."""
    view, steps = api.get("complaints", f"{case}/customer-view"), api.get("complaints", f"{case}/customer-history")
    shown = ("at", "what", "words")
    yield "case.json", _json(view)
    yield "timeline.json", _json([{name: step[name] for name in shown} for step in steps])
    texts = _Texts(api)
    told = [row for row in _messages(api, number) if row["customer_id"] and row["stage"] in _SENT]
    messages = [api.get("notify", f"/notifications/{row['id']}") for row in told]
    yield "messages.json", _json([{"at": each["created_at"], "texts": texts.of(each)} for each in messages])
    yield "report.md", _report("客户投诉处理情况", number, steps, view["complainant"], api.zone)


def _messages(api: Api, number: str) -> list[Any]:
    rows = api.pages("notify", "/notifications", _MOST, about=number)
    return sorted(rows, key=lambda row: str(row["created_at"]))


def _signatures(form: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    answer = form["answer"]
    if answer and answer["signature"]:
        yield {"what": "客户签字", "at": answer["at"], "file": answer["signature"]}
    for visit in form["visits"]:
        if visit["file"]:
            yield {"what": "走访记录", "at": visit["visited_at"], "file": visit["file"]}
    for notice in form["notices"]:
        if notice["letter"]:
            yield {"what": "告知函件", "at": notice["at"], "file": notice["letter"]}
    if (panel := form["panel"]) and panel["minutes"]:
        yield {"what": "评审记录", "at": panel["recorded_at"], "file": panel["minutes"]}
    for name in (
        *form["form"]["photos"],
        *(form["investigation"] or {}).get("evidence", ()),
        *(form["implementation"] or {}).get("evidence", ()),
    ):
        yield {"what": "证据", "at": None, "file": name}


class _Texts:
    """The words of messages, filled into the version of the text that each message began with."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._texts = {
            (text["key"], text["channel"], text["version"]): text["variables"]
            for text in api.get("notify", "/templates")["items"]
        }

    def of(self, message: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One text for each channel that the message was handed to, in the order of the tries."""
        tried = dict.fromkeys(attempt["channel"] for attempt in message["attempts"])
        return [self._filled(piece, channel) for channel in tried for piece in message["pieces"]]

    def _filled(self, piece: Mapping[str, Any], channel: str) -> dict[str, Any]:
        version = piece["versions"].get(channel)
        names = self._texts.get((piece["template"], channel, version), ())
        values = {name: value for name, value in piece["values"].items() if name in names}
        body = {"channel": channel, "version": version, "values": values, "written": True}
        text = self._api.post("notify", f"/templates/{piece['template']}/preview", body)
        return {"channel": channel, "version": version, "subject": text["subject"], "text": text["text"]}


def _report(title: str, number: str, steps: list[dict[str, Any]], name: str, zone: ZoneInfo) -> str:
    lines = [
        f"# {title} {number}",
        "",
        f"客户：{_cell(name)}",
        "",
        "| 时间 | 事项 | 经办 | 内容 |",
        "| --- | --- | --- | --- |",
    ]
    for step in steps:
        by, words = _cell(step.get("by") or ""), _cell(step["words"] or "")
        lines.append(f"| {_local(step['at'], zone)} | {step['what']} | {by} | {words} |")
    return "\n".join(lines) + "\n"


def _local(at: str, zone: ZoneInfo) -> str:
    """A moment as the company's clocks show it."""
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M}"


def _cell(text: str) -> str:
    """The text as it stands in one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
