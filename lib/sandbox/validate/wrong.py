"""What is wrong with a field, in Laravel's words."""


class Wrong(Exception):
    """The value of one field isn't taken; `str()` is the end of its sentence."""

    def about(self, field: str) -> str:
        return f"The {words(field)} field {self}"


class Unlisted(Wrong):
    """The value isn't one of those there are."""

    def about(self, field: str) -> str:
        return f"The selected {words(field)} is invalid."


def words(name: str) -> str:
    """A parameter's name as Laravel writes it in a sentence."""
    return name.removesuffix("[]").replace("_", " ")


def plain(number: float) -> str:
    """A number as a person writes it: `300000`, `0.5`."""
    return str(int(number)) if float(number).is_integer() else f"{number:g}"
