import pytest

from advisor.tasks import split_tasks


@pytest.mark.parametrize("text, number", [
    ("Our wishes:\n- sort the mail of our guests\n- draft replies to guests in our tone", 2),
    ("We run a hotel. 1) Answer questions of guests from the house book 2) write adverts in our "
     "own voice", 2),
    ("Sort e-mails into twelve queues. We also want to answer staff questions about policies.", 2),
    ("1. Summarise every report\n2. Translate the summaries to Dutch\n3. File them by subject", 3),
])
def test_several_tasks_are_told_apart(text: str, number: int) -> None:
    assert len(split_tasks(text)) == number


@pytest.mark.parametrize("text", [
    "Sort e-mails into 12 queues. It must run within 5 seconds. The price matters.",
    "Answers must cite sources. Also, they must be short.",
    "Version 2. of the assistant has to answer from the manuals.",
    "", "- only one thing to do here",
])
def test_one_task_stays_whole(text: str) -> None:
    assert split_tasks(text) == [text]


def test_each_task_keeps_what_introduces_them_all() -> None:
    parts = split_tasks("For our bank:\n1. sort the letters of clients\n2. answer from the rules")
    assert all(part.startswith("For our bank:") for part in parts)
