"""Reddit's threads, read whole: the tree, what it names without showing it, and what it lacks.

A moderator's removal shows in a thread's tree alone: `/api/info` goes on giving the text. So what a
tree that was read whole doesn't name is gone, even where `/api/info` still has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.errors import BadAnswer
from ingest.client import Client
from ingest.formats.shape import UNREADABLE
from ingest.reddit import LARGEST, App
from ingest.source import RawPost
from ingest.wires.reddit import Flat, Listing, Tree, full_name, opened

TREE = 500  # comments of one tree
MOST_ANSWERS = 60  # of one thread: else one huge thread would be all that is read again
SETTLED = timedelta(hours=1)  # a younger comment may be missing in a cached tree


class Threads:
    """For one run: remembers what each thread that was read whole names."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._named: dict[str, set[str]] = {}

    def whole(self, client: Client, opener: str) -> Iterator[tuple[list[RawPost], int]]:
        """Each answer's posts of the thread that `opener` (an external id) began, until no more is
        named; and how many comments of the answer could not be read.

        Raises `BadAnswer` for a thread of more than `MOST_ANSWERS` answers, or of another shape.
        """
        link = full_name(opener)
        where = f"comments/{link.partition('_')[2]}"
        post, shown = self._tree(client, where)
        tree = Tree(opener=post)
        yield _read(tree, shown, post)
        whole, answers = True, 1
        paged: set[str] = set()
        while tree.more or tree.beyond:
            if answers >= MOST_ANSWERS:
                raise BadAnswer(
                    f"reddit: a thread is longer than {answers} answers.", "The rest is left."
                )
            answers += 1
            if tree.more:
                asked, tree.more = tree.more[:LARGEST], tree.more[LARGEST:]
                yield _read(tree, self._more(client, link, asked))
                whole = whole and {f"t1_{one}" for one in asked} <= set(tree.depths)
            else:
                comment = tree.beyond.pop()
                if comment not in paged:
                    paged.add(comment)
                    yield _read(tree, self._tree(client, f"{where}/_/{comment}")[1])
        if whole and not tree.unreadable:
            self._named[post.external_id] = tree.named

    def lost(self, post: RawPost, now: datetime) -> bool:
        """Whether a tree that was read whole in this run doesn't name a comment any more."""
        named = self._named.get(post.thread)
        if named is None or post.parent is None:
            return False
        return now - post.written_at > SETTLED and full_name(post.external_id) not in named

    def _tree(self, client: Client, where: str) -> tuple[RawPost, list[Any]]:
        """A thread's post and the comments that a page of it shows."""
        listings = self._app.get(client, where, list[Listing], {"limit": TREE, "sort": "new"})
        try:
            return opened(listings[0].data.children), listings[1].data.children
        except (*UNREADABLE, IndexError) as error:
            raise BadAnswer("reddit: a thread came in another shape.") from error

    def _more(self, client: Client, link: str, asked: Sequence[str]) -> list[Any]:
        """Comments by id; by POST, since an address has no room for so many."""
        form = {
            "api_type": "json",
            "children": ",".join(asked),
            "link_id": link,
            "sort": "new",
            "limit_children": "false",
        }
        flat = self._app.post(client, "api/morechildren", Flat, form)
        if flat.json.data is None:
            raise BadAnswer(
                "reddit: the rest of a thread was not given.", "A later run asks again."
            )
        return flat.json.data.things


def _read(tree: Tree, shown: list[Any], *before: RawPost) -> tuple[list[RawPost], int]:
    unreadable = tree.unreadable
    posts = [*before, *tree.read(shown)]
    return posts, tree.unreadable - unreadable
