"""How well one annotation agrees with another: counts that add up over files, and the rates that follow from them.

Definitions, conventions and sources are in docs/evaluation.md.
"""

from earmark.core.scores.channels import by_channel
from earmark.core.scores.counts import Confusion, Detection, EditCounts
from earmark.core.scores.diarization import DiarizationErrors, diarization_errors
from earmark.core.scores.frames import frame_confusion, frame_detection
from earmark.core.scores.segments import SegmentScores, joined, segment_scores
from earmark.core.scores.words import normalised

__all__ = [
    "Confusion",
    "Detection",
    "DiarizationErrors",
    "EditCounts",
    "SegmentScores",
    "by_channel",
    "diarization_errors",
    "frame_confusion",
    "frame_detection",
    "joined",
    "normalised",
    "segment_scores",
]
