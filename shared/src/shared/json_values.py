"""How many values a text of JSON has, told before it is read: reading takes time and memory by their number."""


def more_values(text: str, most: int) -> bool:
    """Whether it has more values than so many: behind each stands a comma, or it is the first of a list or an object.

    An empty list or object counts twice.
    """
    return _beginnings(text) >= most and _beginnings(_without_texts(text)) >= most


def _beginnings(text: str) -> int:
    return sum(map(text.count, ",[{"))


def _without_texts(text: str) -> str:
    """What stands outside of quotes, each second piece, once no quote is an escaped one."""
    return "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
