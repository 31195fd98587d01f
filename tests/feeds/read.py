"""Reads a calendar or a feed from its input with parsers of others, and tells what they saw, as JSON.

What they object to ends it: a component with errors, XML that is not well formed, or what RFC 4287 says a feed must
have and this one has not.
"""

import json
import re
import sys

import feedparser
from icalendar import Calendar
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
URI = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+")


def calendar(text):
    for line in text.split(b"\r\n"):
        assert len(line) <= 75, f"a line of {len(line)} octets"
        assert b"\n" not in line and b"\r" not in line, "a line that does not end as lines do"
        line.decode()
    calendars = Calendar.from_ical(text, multiple=True)
    assert len(calendars) == 1, "one calendar"
    found = calendars[0]
    assert not found.errors, found.errors
    assert found["VERSION"] == "2.0" and found["PRODID"]
    return {
        # TEXT by RFC 7986 and by custom; this parser leaves properties that it does not know as they are.
        "name": str(unescaped(found["NAME"])),
        "called": str(unescaped(found["X-WR-CALNAME"])),
        "refresh": found["REFRESH-INTERVAL"].to_ical().decode(),
        "events": [event(one) for one in found.subcomponents],
    }


def unescaped(text):
    return re.sub(r"\\([;,\\])", r"\1", text)


def event(one):
    assert one.name == "VEVENT" and not one.errors, one.errors
    for name in ("UID", "DTSTAMP", "DTSTART", "SUMMARY"):
        assert name in one, f"an event without {name}"
    return {
        "uid": str(one["UID"]),
        "sequence": int(one["SEQUENCE"]),
        "status": str(one["STATUS"]),
        "transparency": str(one["TRANSP"]),
        "start": one.decoded("DTSTART").isoformat(),
        "end": one.decoded("DTEND").isoformat(),
        "stamp": one.decoded("DTSTAMP").isoformat(),
        "summary": str(one["SUMMARY"]),
        "description": str(one["DESCRIPTION"]),
        "url": str(one["URL"]),
        "categories": [str(category) for category in one["CATEGORIES"].cats],
    }


def atom(text):
    root = etree.fromstring(text, etree.XMLParser(resolve_entities=False))
    assert root.tag == ATOM + "feed", root.tag
    for element in [root, *root.findall(ATOM + "entry")]:
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1, f"{element.tag} has one {name}"
        assert URI.fullmatch(element.find(ATOM + "id").text)
        assert element.find(f"{ATOM}author/{ATOM}name").text
        for name in ("updated", "published"):
            for instant in element.findall(ATOM + name):
                assert INSTANT.fullmatch(instant.text), instant.text
        links = element.findall(f"{ATOM}link[@rel='alternate']")
        assert len(links) == 1 and URI.fullmatch(links[0].get("href"))
    feed = feedparser.parse(text)
    assert not feed.bozo, feed.bozo_exception
    assert feed.version == "atom10", feed.version
    return {
        "id": feed.feed.id,
        "title": feed.feed.title,
        "updated": feed.feed.updated,
        "entries": [
            {
                "id": one.id,
                "title": one.title,
                "summary": one.summary,
                "link": one.link,
                "author": one.author,
                "published": one.published,
                "updated": one.updated,
                "categories": [tag.term for tag in one.tags],
            }
            for one in feed.entries
        ],
    }


if __name__ == "__main__":
    form = {"calendar": calendar, "atom": atom}[sys.argv[1]]
    json.dump(form(sys.stdin.buffer.read()), sys.stdout)
