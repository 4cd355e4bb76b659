"""Accounts, on each kind of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.library import add_member, add_project, add_user

from earmark.core.people import SYSTEM, Actor, Role, Scope, User, UserSort
from earmark.core.search import Order
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound, NotSignedIn, TooManyAttempts
from earmark.services import people, sign_in, tokens
from earmark.services.audit import list_entries
from earmark.services.platform import Platform
from earmark.services.sign_in import Origin, actor_of, hash_of
from earmark.store import audit, projects
from earmark.store import people as store
from earmark.store.database import now

WORDS = "four words are enough"
HERE = Origin(address="192.0.2.1")


def make(platform: Platform, login: str, *, administrator: bool = False) -> User:
    return people.create_user(
        platform, SYSTEM, login=login, name=login.title(), password=WORDS, is_administrator=administrator
    )


@pytest.fixture
def owner(any_platform: Platform) -> User:
    return make(any_platform, "owner", administrator=True)


def test_the_first_account_is_an_administrators(any_platform: Platform) -> None:
    with pytest.raises(Conflict, match="administrator"):
        make(any_platform, "colleague")

    assert make(any_platform, "owner", administrator=True).is_administrator
    assert not make(any_platform, "colleague").is_administrator


def test_a_login_is_given_once(any_platform: Platform, owner: User) -> None:
    def attempt(_: int) -> str:
        try:
            return make(any_platform, "Colleague").login
        except Conflict:
            return "taken"

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(attempt, range(6)))

    assert sorted(found) == ["colleague", *["taken"] * 5]


def test_one_of_two_administrators_stays(any_platform: Platform, owner: User) -> None:
    """Both close the other's account at the same moment."""
    colleague = make(any_platform, "colleague", administrator=True)

    def close(pair: tuple[User, User]) -> str:
        actor, other = pair
        try:
            people.change_user(any_platform, actor_of(actor, HERE), other.id, active=False)
        except Conflict:
            return "refused"
        return "closed"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(close, [(owner, colleague), (colleague, owner)]))

    active = people.list_users(any_platform, SYSTEM).items
    assert len(active) == 1
    assert found == ["closed", "refused"]


def test_a_change_leaves_its_trace_and_none_leaves_none(any_platform: Platform, owner: User) -> None:
    actor = actor_of(owner, HERE)
    people.change_user(any_platform, actor, owner.id, name=" Owner 1 ")
    people.change_user(any_platform, actor, owner.id, name="Owner 1")

    entries = list_entries(any_platform, SYSTEM, subject_id=owner.id, action="user.updated").items
    assert [entry.details for entry in entries] == [{"name": "Owner 1"}]


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_names_that_cannot_be(name: str, any_platform: Platform, owner: User) -> None:
    with pytest.raises(InvalidValue):
        people.change_user(any_platform, SYSTEM, owner.id, name=name)


def test_who_is_not_there_cannot_be_changed(any_platform: Platform, owner: User) -> None:
    for attempt in (
        lambda: people.get_user(any_platform, SYSTEM, "0" * 26),
        lambda: people.change_user(any_platform, SYSTEM, "0" * 26, name="x"),
        lambda: people.set_password(any_platform, SYSTEM, "0" * 26, password=WORDS),
        lambda: tokens.revoke_token(any_platform, SYSTEM, "0" * 26),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(InvalidValue, match="nobody"):
        people.find_user(any_platform, "nobody")


def test_a_new_password_ends_sessions_but_the_one_that_set_it(any_platform: Platform, owner: User) -> None:
    mine, other = (sign_in.sign_in(any_platform, login="owner", password=WORDS, origin=HERE) for _ in range(2))

    people.set_password(
        any_platform,
        actor_of(owner, HERE),
        owner.id,
        password=WORDS + "!",
        current=WORDS,
        keep_session=hash_of(mine.secret),
    )

    assert sign_in.by_session(any_platform, mine.secret, HERE).user.id == owner.id
    with pytest.raises(NotSignedIn):
        sign_in.by_session(any_platform, other.secret, HERE)
    people.set_password(any_platform, SYSTEM, owner.id, password=WORDS, keep_session=hash_of(mine.secret))
    with pytest.raises(NotSignedIn):
        sign_in.by_session(any_platform, mine.secret, HERE)


def test_narrow_tokens_see_nobody(any_platform: Platform, owner: User) -> None:
    deaf = Actor(user_id=owner.id, name="x", is_administrator=True, scopes=frozenset({Scope.ANNOTATE}))

    for attempt in (
        lambda: people.list_users(any_platform, deaf),
        lambda: people.get_user(any_platform, deaf, owner.id),
        lambda: people.create_user(any_platform, deaf, login="x", name="x", password=WORDS),
        lambda: list_entries(any_platform, deaf),
    ):
        with pytest.raises(Forbidden):
            attempt()


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize("sort", UserSort)
def test_people_are_sorted_and_read_page_by_page(
    any_platform: Platform, sort: UserSort, limit: int, order: Order
) -> None:
    made = [add_user(any_platform.database, login) for login in ("c", "a", "e", "b", "d")]
    moment, names = now(), ("Ben", "Ada", "Ben", "Eve", "Ada")
    seen = (None, moment, moment, moment - timedelta(days=1), None)
    with any_platform.database.write() as connection:
        for user, name, at in zip(made, names, seen, strict=True):
            store.save(connection, replace(user, name=name, seen_at=at))
        changed = [store.get(connection, user.id) for user in made]
    reverse = order is Order.DESC
    came = sorted((user for user in changed if user.seen_at), key=came_at, reverse=reverse)
    never = sorted((user for user in changed if not user.seen_at), key=lambda user: user.id, reverse=reverse)
    wanted = {
        UserSort.LOGIN: sorted(changed, key=lambda user: user.login, reverse=reverse),
        UserSort.NAME: sorted(changed, key=lambda user: (user.name, user.id), reverse=reverse),
        UserSort.CREATED_AT: sorted(changed, key=lambda user: user.id, reverse=reverse),
        UserSort.SEEN_AT: came + never,
    }[sort]

    listed: list[User] = []
    cursor = None
    while True:
        page = people.list_users(any_platform, SYSTEM, sort=sort, order=order, cursor=cursor, limit=limit)
        listed += page.items
        if (cursor := page.next) is None:
            break

    assert listed == wanted


def came_at(user: User) -> tuple[float, str]:
    assert user.seen_at is not None
    return user.seen_at.timestamp(), user.id


def test_a_person_s_projects_are_told_to_administrators_and_oneself(any_platform: Platform) -> None:
    database = any_platform.database
    reef, birds, trashed = (add_project(database, name) for name in ("Reef", "Birds", "Old"))
    one = add_member(database, reef, Role.MANAGER, "one")
    other = add_member(database, birds, Role.ADMIN, "other")
    assert one.user_id is not None
    with database.write() as connection:
        projects.set_member(connection, birds, one.user_id, Role.VIEWER)
        projects.set_member(connection, trashed, one.user_id, Role.VIEWER)
        projects.save(connection, replace(projects.get(connection, trashed), deleted_at=now()))

    for actor in (SYSTEM, one):
        first = people.list_places(any_platform, actor, one.user_id, limit=1)
        rest = people.list_places(any_platform, actor, one.user_id, limit=1, cursor=first.next)
        told = [(place.project_id, place.project_name, place.role) for place in (*first.items, *rest.items)]
        assert told == [(birds, "Birds", Role.VIEWER), (reef, "Reef", Role.MANAGER)]
        assert rest.next is None
    with pytest.raises(Forbidden):
        people.list_places(any_platform, other, one.user_id)
    with pytest.raises(Forbidden):
        people.list_places(any_platform, replace(one, scopes=frozenset({Scope.ANNOTATE})), one.user_id)
    with pytest.raises(NotFound):
        people.list_places(any_platform, SYSTEM, "0" * 26)


def test_the_audit_log_is_read_between_moments(any_platform: Platform, owner: User) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with any_platform.database.write() as connection:
        for hour in range(4):
            audit.add(
                connection,
                SYSTEM,
                f"job.{hour}",
                at=noon + timedelta(hours=hour),
                project_id=None,
                subject_kind="job",
                subject_id=owner.id,
                details={},
            )

    def done(**more: datetime) -> list[str]:
        return [entry.action for entry in list_entries(any_platform, SYSTEM, subject_id=owner.id, **more).items]

    hour = timedelta(hours=1)
    assert done(until=noon + 3 * hour)[:3] == ["job.2", "job.1", "job.0"]
    assert done(since=noon + hour, until=noon + 3 * hour) == ["job.2", "job.1"]
    assert done(since=noon, until=noon) == []
    assert "job.0" not in done(since=noon + hour)
    with pytest.raises(InvalidValue, match="before it begins"):
        done(since=noon, until=noon - hour)


def test_the_current_password_cannot_be_guessed(any_platform: Platform, owner: User) -> None:
    """Who finds a browser signed in gets no more guesses than at the front door."""
    actor = actor_of(owner, HERE)
    for guess in range(sign_in.FREE_ATTEMPTS):
        with pytest.raises(Forbidden, match="current password is wrong"):
            people.set_password(any_platform, actor, owner.id, password=WORDS, current=f"{guess}")

    with pytest.raises(TooManyAttempts):
        people.set_password(any_platform, actor, owner.id, password=WORDS, current=WORDS)


def test_who_knows_the_password_is_forgiven(any_platform: Platform, owner: User) -> None:
    actor = actor_of(owner, HERE)
    for _ in range(sign_in.FREE_ATTEMPTS + 1):
        people.set_password(any_platform, actor, owner.id, password=WORDS, current=WORDS)
