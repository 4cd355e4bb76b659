"""Which voices are the same person's: agglomerative clustering of vectors with links that must not be.

Average linkage on cosine distance. Of unit vectors, the mean distance between two groups follows from the sums of each
(``1 - S_a . S_b / (w_a w_b)``), so that clustering can go on from groups as from single vectors: long recordings are
clustered in parts first, without leaving out a vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from earmark.core.speakers import SpeakerCount

Numbers = NDArray[np.float32]
Labels = NDArray[np.intp]

APART = 1.0
"""Added to the distance of two voices that one window tells apart: the cosine distance of unrelated voices."""
MOST_GROUPS = 1500
"""So many are clustered at once; the matrix of their distances takes 9 MB."""
FEW_WORDS, SMALL_SHARE = 8.0, 0.1
"""A group of less weight, in seconds and as a share of all, is of few words."""
TINY_SHARE = 0.005
"""So is one of less than this share: in long recordings, bits of two voices at once add up."""
SAFE = 0.7
"""In parts of a long recording, groups are joined up to this share of the distance that holds in the whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Groups of voices.

    Attributes
    ----------
    sums : array
        Weighted sums of unit vectors, shape ``(groups, numbers)``.
    windows : list of dict
        For every group, its weight in each window in which it occurs.
    members : list of array
        For every group, the places of its vectors.
    """

    sums: Numbers
    windows: list[dict[int, float]]
    members: list[Labels]

    @classmethod
    def of(cls, vectors: Numbers, weights: Numbers, windows: Labels) -> Groups:
        """Make every vector a group of its own."""
        seen = [{int(window): float(weight)} for window, weight in zip(windows, weights, strict=True)]
        return cls(vectors * weights[:, None], seen, [np.array([i]) for i in range(len(vectors))])

    def __len__(self) -> int:
        return len(self.members)

    @property
    def weights(self) -> Numbers:
        """Weight of every group."""
        return np.array([sum(seen.values()) for seen in self.windows], np.float32)

    def means(self) -> Numbers:
        """Mean distance of each pair of groups."""
        weights = self.weights
        return np.float32(1) - (self.sums @ self.sums.T) / np.outer(weights, weights)

    def distances(self) -> Numbers:
        """Mean distances, with what is added for being heard apart."""
        weights = self.weights
        apart = self.together() / np.minimum.outer(weights, weights)
        return np.asarray(self.means() + np.float32(APART) * apart, np.float32)

    def joined(self, labels: Labels) -> Groups:
        """Join the groups that have the same label."""
        rows = [np.flatnonzero(labels == label) for label in range(int(labels.max()) + 1)]
        return Groups(
            np.stack([self.sums[row].sum(axis=0) for row in rows]),
            [_added([self.windows[i] for i in row]) for row in rows],
            [np.concatenate([self.members[i] for i in row]) for row in rows],
        )

    def chosen(self, places: Labels) -> Groups:
        """Take the groups at some places."""
        return Groups(self.sums[places], [self.windows[i] for i in places], [self.members[i] for i in places])

    def together(self) -> Numbers:
        """Weight, of each pair of groups, that the lighter of them has in windows in which both are heard apart."""
        by_window: dict[int, list[tuple[int, float]]] = {}
        for group, seen in enumerate(self.windows):
            for window, weight in seen.items():
                by_window.setdefault(window, []).append((group, weight))
        shared = np.zeros((len(self), len(self)), np.float32)
        for heard in by_window.values():
            for place, (i, weight) in enumerate(heard):
                for j, other in heard[place + 1 :]:
                    shared[i, j] += min(weight, other)
                    shared[j, i] = shared[i, j]
        return shared


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """All ways to divide groups, from each alone to all together.

    Attributes
    ----------
    groups : Groups
        What is divided.
    merges : array of int
        The pairs that join, in order: the second goes into the first. Shape ``(groups - 1, 2)``.
    heights : array
        Their distances.
    """

    groups: Groups
    merges: Labels
    heights: Numbers

    @classmethod
    def of(cls, groups: Groups) -> Tree:
        """Cluster by average linkage."""
        merges, heights = average_linkage(groups.means(), groups.weights, together=groups.together())
        return cls(groups, merges, heights)

    def labels(self, count: int) -> Labels:
        """Divide into so many clusters; gives the label of every group, from 0 in order of first occurrence."""
        place = np.arange(len(self.groups))
        for kept, gone in self.merges[: max(0, len(self.groups) - count)]:
            place[place == gone] = kept
        return np.unique(place, return_inverse=True)[1]

    def count_within(self, distance: float) -> int:
        """Number of clusters whose groups lie within a distance."""
        return len(self.groups) - int(np.searchsorted(np.maximum.accumulate(self.heights), distance, side="right"))

    def divided(self, count: int) -> Groups:
        """Divide into so many clusters."""
        return self.groups.joined(self.labels(count))


def average_linkage(means: Numbers, weights: Numbers, *, together: Numbers | None = None) -> tuple[Labels, Numbers]:
    """Join the closest two groups until one is left; return the pairs and their distances.

    Of two groups, the share of the lighter one that was heard apart from the other is added to their mean distance.
    The nearest neighbour of each group is kept, so that a step costs one row and not the whole matrix.

    Parameters
    ----------
    means : array
        Mean distances, shape ``(groups, groups)``.
    weights : array
        Weight of each group.
    together : array, optional
        Weight with which two groups are heard apart in one window, shape ``(groups, groups)``; none by default.
    """
    count = len(means)
    means, weights = means.astype(np.float32), weights.astype(np.float32)
    together = np.zeros_like(means) if together is None else together.copy()
    table = means + np.float32(APART) * together / np.minimum.outer(weights, weights)
    np.fill_diagonal(table, np.inf)
    merges, heights = np.zeros((max(count - 1, 0), 2), np.intp), np.zeros(max(count - 1, 0), np.float32)
    if count < 2:
        return merges, heights
    nearest = table.argmin(axis=1)
    closest = table[np.arange(count), nearest]
    for step in range(count - 1):
        kept = int(closest.argmin())
        gone = int(nearest[kept])
        merges[step], heights[step] = (kept, gone), closest[kept]
        means[kept] = (weights[kept] * means[kept] + weights[gone] * means[gone]) / (weights[kept] + weights[gone])
        together[kept] += together[gone]
        weights[kept] += weights[gone]
        means[:, kept], together[:, kept] = means[kept], together[kept]
        row = means[kept] + np.float32(APART) * together[kept] / np.minimum(weights[kept], weights)
        row[np.isinf(table[kept]) | np.isinf(table[gone])] = np.inf
        table[kept], table[:, kept] = row, row
        table[gone], table[:, gone] = np.inf, np.inf
        closest[gone] = np.inf
        closer = row < closest
        nearest[closer], closest[closer] = kept, row[closer]
        lost = np.append(np.flatnonzero(np.isin(nearest, (kept, gone)) & np.isfinite(closest) & ~closer), kept)
        nearest[lost] = table[lost].argmin(axis=1)
        closest[lost] = table[lost, nearest[lost]]
    return merges, heights


def tree_of(vectors: Numbers, weights: Numbers, windows: Labels, *, distance: float) -> Tree:
    """Cluster any number of vectors, shape ``(vectors, numbers)``.

    Parameters
    ----------
    vectors : array
        Unit vectors in order of time.
    weights : array
        How much each counts.
    windows : array of int
        Two of the same window are of different people.
    distance : float
        What will be taken for one voice; of long recordings, parts are clustered to `SAFE` of it first.
    """
    groups, reach = Groups.of(vectors, weights, windows), SAFE * distance
    while len(groups) > MOST_GROUPS:
        groups = _coarser(groups, reach)
        reach = max(reach, distance)
    return Tree.of(groups)


def _coarser(groups: Groups, reach: float) -> Groups:
    """Join close groups in consecutive parts; at most half of the groups of a part are left."""
    parts = []
    for begin in range(0, len(groups), MOST_GROUPS):
        tree = Tree.of(groups.chosen(np.arange(begin, min(begin + MOST_GROUPS, len(groups)))))
        parts.append(tree.divided(max(1, min(tree.count_within(reach), len(tree.groups) // 2))))
    return Groups(
        np.concatenate([part.sums for part in parts]),
        [seen for part in parts for seen in part.windows],
        [members for part in parts for members in part.members],
    )


def people(
    tree: Tree, count: SpeakerCount, *, distance: float, enough: float, other: float | None = None, floor: int = 1
) -> Groups:
    """Decide who there is: groups of vectors, one per person.

    Parameters
    ----------
    tree : Tree
        All ways to divide the voices.
    count : SpeakerCount
        What the user knows.
    distance : float
        Mean distance up to which voices are one person's.
    enough : float
        Weight that a person has at least, unless the user says how many people there are: smaller clusters are mostly
        bits of two voices at once.
    other : float, optional
        Mean distance from which even few words are somebody else's; by default 1.3 times ``distance``.
    floor : int
        People heard apart within one window: there are no fewer.
    """
    found = _sure(_large(tree.divided(tree.count_within(distance)), enough), other or 1.3 * distance)
    least = max(count.least or 1, min(floor, count.most or floor))
    if len(found) < least:
        return tree.divided(least)
    if count.most is not None and len(found) > count.most:
        return _largest(tree, count.most, enough)
    return found


def _large(groups: Groups, enough: float) -> Groups:
    weights = groups.weights
    return groups.chosen(np.flatnonzero(weights >= min(enough, float(weights.max()))))


def _sure(groups: Groups, distance: float) -> Groups:
    """Leave out small groups that sound nearly like a larger one: of voices at once, or of few words."""
    weights, distances = groups.weights, groups.distances()
    larger = weights[None] > weights[:, None]
    near = np.where(larger, distances, np.inf).min(axis=1) < distance
    few = max(min(FEW_WORDS, SMALL_SHARE * weights.sum()), TINY_SHARE * weights.sum())
    return groups.chosen(np.flatnonzero(~(near & (weights < few))))


def _largest(tree: Tree, most: int, enough: float) -> Groups:
    """Divide as little as gives so many clusters of some size: an outlier must not take a person's place."""
    for number in range(most, len(tree.groups) + 1):
        divided = _large(tree.divided(number), enough)
        if len(divided) >= most:
            break
    else:
        return tree.divided(most)
    return divided.chosen(np.sort(np.argsort(-divided.weights, kind="stable")[:most]))


def _added(parts: list[dict[int, float]]) -> dict[int, float]:
    total: dict[int, float] = {}
    for part in parts:
        for window, weight in part.items():
            total[window] = total.get(window, 0.0) + weight
    return total
