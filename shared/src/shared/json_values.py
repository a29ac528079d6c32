"""How many values a text of JSON has, told before it is read: reading takes time and memory by their number."""


def more_values(text: str, most: int) -> bool:
    """Whether lists and objects have more members than so many: a comma stands between two of them."""
    return text.count(",") >= most and _without_texts(text).count(",") >= most


def _without_texts(text: str) -> str:
    """What stands outside of quotes, each second piece, once no quote is an escaped one."""
    return "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
