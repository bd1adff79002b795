"""Files of a store, wherever it keeps them."""

from lib.store import Store, media


def put(store: Store, name: str, content: bytes) -> None:
    """Keep `content` under `name`."""
    with media.spool(store.data_dir) as folder:
        (folder / "fresh").write_bytes(content)
        store.media.put(name, folder / "fresh")


def is_kept(store: Store, name: str) -> bool:
    return store.media.facts(name) is not None


def names_in(store: Store, folder: str) -> list[str]:
    """The names of all files in a folder, without it; nothing unfinished lies about."""
    assert not any(path.is_file() for path in (store.data_dir / "spool").rglob("*"))
    assert not any((store.data_dir / folder).rglob(".*"))
    return sorted(each.name.removeprefix(f"{folder}/") for each in store.media.names(folder))
