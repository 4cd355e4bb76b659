"""ELAN documents, of Earmark and of ELAN."""

from __future__ import annotations

import pytest

from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.errors import FormatError
from earmark.formats.eaf import dumps, loads

DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2020-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0">
  <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
    <MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/talk.wav" MIME_TYPE="audio/x-wav"/>
  </HEADER>
  <TIME_ORDER>
    <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1000"/>
    <TIME_SLOT TIME_SLOT_ID="ts2"/>
    <TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="3000"/>
  </TIME_ORDER>
  <TIER TIER_ID="gloss" PARENT_REF="utterance" LINGUISTIC_TYPE_REF="sub">
    <ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1">
      <ANNOTATION_VALUE>good</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
    <ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a4" ANNOTATION_REF="a1" PREVIOUS_ANNOTATION="a3">
      <ANNOTATION_VALUE>day</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
  </TIER>
  <TIER TIER_ID="utterance" PARTICIPANT="Guest" LINGUISTIC_TYPE_REF="default-lt">
    <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
      <ANNOTATION_VALUE>Guten Tag &amp; so</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
    <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
      <ANNOTATION_VALUE/></ALIGNABLE_ANNOTATION></ANNOTATION>
  </TIER>
  <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="default-lt" TIME_ALIGNABLE="true"/>
</ANNOTATION_DOCUMENT>
"""


def test_documents_of_elan_are_read() -> None:
    read = loads(DOCUMENT, source="x.eaf")
    assert read.recording == Recording(source="file:///C:/talk.wav")
    assert read.segments == (
        Segment(start=1, end=1.5, text="good", tags=(("tier", "gloss"),)),
        Segment(start=1, end=2, text="Guten Tag & so", speaker="Guest", tags=(("tier", "utterance"),)),
        Segment(start=1.5, end=2, text="day", tags=(("tier", "gloss"),)),
    )


def test_foreign_tiers_keep_their_names_and_participants() -> None:
    read = loads(DOCUMENT, source="x.eaf")
    assert loads(dumps(read), source="y.eaf") == read


def test_a_document_has_what_elan_demands() -> None:
    from xml.etree import ElementTree as Xml

    words = (Word(text="a", start=0.0004, end=0.5), Word(text="b", start=0.5, end=1))
    segment = Segment(start=0, end=1, channel=0, label="speech", text="a b", speaker="<A>", words=words)
    document = Xml.fromstring(dumps(Annotation(segments=(segment,), recording=Recording(source="/x/a b.wav"))))  # noqa: S314
    assert {name for name in ("AUTHOR", "DATE", "VERSION") if name in document.attrib} == {"AUTHOR", "DATE", "VERSION"}
    media = document.find("HEADER/MEDIA_DESCRIPTOR")
    assert media is not None
    assert media.attrib == {"MEDIA_URL": "/x/a b.wav", "MIME_TYPE": "audio/x-wav", "RELATIVE_MEDIA_URL": "./a b.wav"}
    assert [tier.get("TIER_ID") for tier in document.iter("TIER")] == [
        "label ch1",
        "speaker ch1",
        "text ch1",
        "words ch1",
    ]
    types = {kind.get("LINGUISTIC_TYPE_ID") for kind in document.iter("LINGUISTIC_TYPE")}
    assert {tier.get("LINGUISTIC_TYPE_REF") for tier in document.iter("TIER")} == types
    slots = {slot.get("TIME_SLOT_ID") for slot in document.iter("TIME_SLOT")}
    for annotation in document.iter("ALIGNABLE_ANNOTATION"):
        assert {annotation.get("TIME_SLOT_REF1"), annotation.get("TIME_SLOT_REF2")} <= slots
    identities = [annotation.get("ANNOTATION_ID") for annotation in document.iter("ALIGNABLE_ANNOTATION")]
    assert len(set(identities)) == len(identities) == 5


BILLION = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><ANNOTATION_DOCUMENT>&b;</ANNOTATION_DOCUMENT>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not XML"),
        (DOCUMENT[:500], "is not XML"),
        ("<html/>", "no ELAN document: it begins with <html>"),
        (BILLION, "DOCTYPE"),
        (DOCUMENT.replace('"milliseconds"', '"PAL-frames"'), "PAL-frames; save it"),
        (DOCUMENT.replace('REF2="ts2"', 'REF2="ts9"'), "a1: there is no time slot 'ts9'"),
        (DOCUMENT.replace("3000", "soon"), "slot ts3: not a whole number"),
        (DOCUMENT.replace("3000", "-5"), "before the recording|before it starts"),
        (DOCUMENT.replace('REF1="ts1" TIME_SLOT_REF2="ts2"', 'REF1="ts3" TIME_SLOT_REF2="ts1"'), "a1: ends"),
        (
            DOCUMENT.replace('PARENT_REF="utterance"', 'PARENT_REF="gone"'),
            "'gloss' depends on a tier that is not there",
        ),
        (DOCUMENT.replace('ANNOTATION_REF="a1"', 'ANNOTATION_REF="a9"'), "refers to 'a9'"),
    ],
)
def test_nonsense_is_told(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=rf"^x\.eaf.*(?:{why})"):
        loads(text, source="x.eaf")
