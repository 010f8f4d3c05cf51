"""Hand-overs packed into one file, and out of it again."""

import zipfile
from pathlib import Path

import pytest

from tf_linkage.custody.handover.manifest import FILE, Manifest
from tf_linkage.custody.handover.package import pack, unpack
from tf_linkage.custody.refusals import FileChanged, ManifestMissing

MANIFEST = Manifest(
    "moj/return", "s", "moj", "ons", "2020-04-06", 1, "2022-12-31", "c", {"": (1, "d")}, None, "k", "m"
)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "dataset"
    folder.mkdir()
    MANIFEST.write(folder)
    (folder / "key.json").write_text("{}")
    (folder / "key_stages.parquet").write_bytes(bytes(range(256)) * 400)
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_what_is_packed_comes_out(dataset: Path, out: Path, tmp_path: Path) -> None:
    pack(dataset, tmp_path / "it.zip")
    assert unpack(tmp_path / "it.zip", out) == MANIFEST
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        path.name: path.read_bytes() for path in dataset.iterdir()
    }
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_shortened_file_is_refused(dataset: Path, out: Path, tmp_path: Path, share: float) -> None:
    pack(dataset, tmp_path / "it.zip")
    data = (tmp_path / "it.zip").read_bytes()
    (tmp_path / "it.zip").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(FileChanged, match=r"it\.zip is no hand-over, or was damaged"):
        unpack(tmp_path / "it.zip", out)


def test_a_changed_byte_is_noticed(dataset: Path, out: Path, tmp_path: Path) -> None:
    pack(dataset, tmp_path / "it.zip")
    data = bytearray((tmp_path / "it.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "it.zip").write_bytes(data)
    with pytest.raises(FileChanged):
        unpack(tmp_path / "it.zip", out)


@pytest.mark.parametrize("name", ["../lock.json", "lock.json", "/etc/x.parquet", "a/b.parquet", "x.parquet.exe"])
def test_nothing_is_written_but_what_a_hand_over_holds(out: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as packed:
        packed.writestr(name, "x")
    with pytest.raises(FileChanged, match="holds what no hand-over holds"):
        unpack(tmp_path / "it.zip", out)
    assert not any(out.iterdir())


def test_a_file_without_a_manifest_is_refused(dataset: Path, out: Path, tmp_path: Path) -> None:
    (dataset / FILE).unlink()
    pack(dataset, tmp_path / "it.zip")
    with pytest.raises(ManifestMissing):
        unpack(tmp_path / "it.zip", out)
