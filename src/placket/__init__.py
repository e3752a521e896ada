"""The retailer's privacy policy, compiled into what the system may do."""


def __getattr__(name: str) -> str:
    """Return `__version__`, read from the installed package only when asked for.

    Raises AttributeError for any other name.
    """
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415  # 15 ms that most commands never need

    return version("placket")
