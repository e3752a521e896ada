"""Connections that wait are lent to one thread at a time, and none outlives the end."""

from concurrent.futures import ThreadPoolExecutor

from placket.store.idle import Idle


def test_what_is_taken_is_lent_to_nobody_else_until_it_comes_back() -> None:
    idle: Idle[str] = Idle(print)
    idle.give("one")

    taken = [idle.take(), idle.take()]
    idle.give("one")

    assert taken == ["one", None]
    assert idle.take() == "one"


def test_threads_never_hold_one_connection_together() -> None:
    idle: Idle[int] = Idle(print)
    for number in range(4):
        idle.give(number)
    held: set[int] = set()

    def work(_: int) -> bool:
        found = idle.take()
        if found is None:
            return True
        is_alone = found not in held
        held.add(found)
        held.discard(found)
        idle.give(found)
        return is_alone

    with ThreadPoolExecutor(8) as pool:
        alone = list(pool.map(work, range(2_000)))

    assert all(alone)
    assert {idle.take() for _ in range(4)} == {0, 1, 2, 3}


def test_what_comes_back_after_the_end_is_let_go() -> None:
    gone: list[str] = []
    idle = Idle(gone.append)
    idle.give("waiting")
    idle.give("lent")
    lent = idle.take()

    idle.close()
    idle.give(lent or "")

    assert gone == ["waiting", "lent"]
    assert idle.take() is None
