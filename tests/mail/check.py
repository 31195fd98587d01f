"""Judges mails that Guildhall wrote, by Python's own parser and by their bytes. Nothing here knows Guildhall's code.

    python3 check.py FOLDER

FOLDER holds mails as N.eml, and beside each N.json with what it was asked to say: to, from, subject, text (may be left
out), unsubscribe (or null). dkim.json, if it is there, has TXT records by name: then the mails that are signed must verify
(dkimpy), and must not any more when a header or a letter of them is changed.
"""

import email
import email.policy
import json
import pathlib
import re
import sys
import unicodedata

# Signatures are checked in pure Python, four times a mail: of more than this many the rest are not.
SIGNED = 1_000
STRICT = email.policy.SMTP.clone(raise_on_defect=True)
KNOWN = {
    "dkim-signature", "from", "to", "subject", "date", "message-id", "mime-version", "content-type",
    "content-transfer-encoding", "auto-submitted", "list-id", "list-unsubscribe", "list-unsubscribe-post",
    "guildhall-audit-head",
}


def seen(text):
    """What a reader sees of a text: no blanks, controls and marks, which mail may change or drop."""
    kept = (c for c in text if unicodedata.category(c)[0] != "Z" and unicodedata.category(c) not in ("Cc", "Cf"))
    return "".join(kept)


def judge_bytes(raw):
    bare = re.sub(rb"\r\n", b"", raw)
    assert b"\r" not in bare, "a bare CR"
    assert b"\n" not in bare, "a bare LF"
    assert b"\0" not in raw, "a NUL"
    assert all(byte < 128 for byte in raw), "a byte that is not ASCII"
    assert max(map(len, raw.split(b"\r\n"))) <= 998, "a long line"
    assert len(raw) <= 1 << 20, "a large mail"
    assert raw.endswith(b"\r\n"), "no end of line"


def judge_headers(message, asked):
    names = [name.lower() for name in message.keys()]
    assert len(names) == len(set(names)), f"a header twice: {names}"
    assert set(names) <= KNOWN, f"a header too many: {set(names) - KNOWN}"
    for name, value in message.items():
        assert not value.defects, f"{name}: {value.defects}"
        assert not re.search(r"[\x00-\x1f\x7f]", str(value)), f"{name} decodes to a control character"
    to, sender = message["to"].addresses, message["from"].addresses
    assert [a.addr_spec for a in to] == [asked["to"]], f"to {to}"
    assert [a.addr_spec for a in sender] == [asked["from"]], f"from {sender}"
    assert message["date"].datetime is not None, "no date"
    assert message["auto-submitted"] == "auto-generated"
    assert re.fullmatch(r"<[^<>\s@]+@[^<>\s@]+>", message["message-id"]), message["message-id"]
    told, subject = seen(message["subject"]), seen(asked["subject"])
    assert subject.startswith(told), f"subject {told!r} is not {subject!r}"
    assert told == subject or len(told) > 60 or len(asked["subject"]) > 200, f"subject cut: {told!r} of {subject!r}"
    unsubscribe = asked["unsubscribe"]
    if unsubscribe:
        assert message["list-unsubscribe"] == f"<{unsubscribe}>", message["list-unsubscribe"]
        assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert "<alerts." in message["list-id"], message["list-id"]
    else:
        assert not [name for name in names if name.startswith("list-")]


def judge_body(message, asked):
    assert message.get_content_type() == "multipart/alternative"
    parts = [part.get_content_type() for part in message.iter_parts()]
    assert parts == ["text/plain", "text/html"], parts
    for part in message.walk():
        assert not part.defects, part.defects
    text, html = (part.get_content() for part in message.iter_parts())
    if "text" in asked:
        assert seen(text) == seen(asked["text"]), f"text {text!r} is not {asked['text']!r}"
    assert not re.search("[\x00\u202a-\u202e\u2066-\u2069]", text + html), "a control or direction mark"


def judge_signature(raw, records):
    import dkim

    def answer(name, timeout=5):
        return records.get(name.decode().rstrip("."), "").encode() or None

    assert dkim.verify(raw, dnsfunc=answer), "the signature does not verify"
    signed = re.sub(rb"\s", b"", re.search(rb"[; ]h=([^;]*);", raw.split(b"\r\n\r\n")[0]).group(1)).lower().split(b":")
    for name in (b"from", b"to", b"subject", b"date", b"message-id", b"content-type"):
        assert signed.count(name) == 2, f"{name} is not signed against being added"
    if b"\r\nList-Unsubscribe:" in raw:
        assert b"list-unsubscribe" in signed and b"list-unsubscribe-post" in signed, "RFC 8058: signed"
    for changed in (
        raw.replace(b"\r\nSubject: ", b"\r\nSubject: X", 1),
        raw.replace(b"\r\nFrom: ", b"\r\nFrom: <x@evil.example>\r\nFrom: ", 1),
        raw + b"more\r\n",
    ):
        assert changed != raw and not dkim.verify(changed, dnsfunc=answer), "a changed mail verifies"


def main(folder):
    records = folder / "dkim.json"
    records = json.loads(records.read_text()) if records.exists() else {}
    wrong = mails = signed = 0
    for path in sorted(folder.glob("*.eml")):
        raw, asked = path.read_bytes(), json.loads(path.with_suffix(".json").read_text())
        mails += 1
        try:
            judge_bytes(raw)
            message = email.message_from_bytes(raw, policy=STRICT)
            judge_headers(message, asked)
            judge_body(message, asked)
            if records and raw.startswith(b"DKIM-Signature:") and signed < SIGNED:
                signed += 1
                judge_signature(raw, records)
        except Exception as error:  # whatever a parser stumbles over is ours to mend
            wrong += 1
            if wrong <= 20:
                print(f"{path.name}: {type(error).__name__}: {error}")
    print(f"{mails} mails, {signed} signatures, {wrong} wrong")
    return 1 if wrong or not mails else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
