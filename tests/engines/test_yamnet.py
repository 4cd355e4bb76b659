"""Sound classes against the network run window by window, and against what is known to be heard."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from earmark.audio.decode import open_reader
from earmark.audio.resample import Resampler
from earmark.engines.yamnet import CLASS_MAP, HOP, SAMPLE_RATE, WEIGHTS, WINDOW, Yamnet, read_class_map
from earmark.errors import BrokenModel, MissingExtra

TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def folder(test_data: Path) -> Path:
    pytest.importorskip("ai_edge_litert", reason="the extra earmark[sounds] is not installed")
    return test_data / "models" / "yamnet"


@pytest.fixture(scope="module")
def yamnet(folder: Path) -> Yamnet:
    return Yamnet(folder)


def sound(path: Path) -> np.ndarray:
    with open_reader(path) as reader:
        samples = np.concatenate(list(reader.blocks()), axis=1).mean(axis=0, keepdims=True)
        resampler = Resampler(reader.rate, SAMPLE_RATE, 1)
    return np.concatenate([resampler.feed(samples), resampler.finish(1)], axis=1)[0]


def listen(yamnet: Yamnet, samples: np.ndarray, size: int = 10**9) -> np.ndarray:
    stream = yamnet.listen()
    parts = [stream.feed(samples[i : i + size]) for i in range(0, len(samples), size)]
    return np.concatenate([*parts, stream.finish()])


def test_each_score_is_that_of_the_window_centred_on_its_hop(folder: Path, yamnet: Yamnet, test_data: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    samples = sound(test_data / "audio" / "esc10" / "dog_bark" / "1-100032-A.ogg")
    network = Interpreter(model_path=str(folder / WEIGHTS))
    given, got = network.get_input_details()[0], network.get_output_details()[0]
    network.resize_tensor_input(given["index"], [WINDOW])
    network.allocate_tensors()
    scores = listen(yamnet, samples, 7000)
    padded = np.pad(samples, WINDOW)
    for hop in range(-(-len(samples) // HOP)):
        centre = hop * HOP + HOP // 2 + WINDOW
        network.set_tensor(given["index"], padded[centre - WINDOW // 2 : centre + WINDOW // 2])
        network.invoke()
        assert np.abs(scores[hop] - network.get_tensor(got["index"])[0]).max() < TOLERANCE


@pytest.mark.parametrize(
    ("path", "heard"),
    [
        ("dog_bark/1-100032-A.ogg", "Dog"),
        ("rooster/1-26806-A.ogg", "Chicken, rooster"),
        ("rain/1-17367-A.ogg", "Rain"),
        ("clock_tick/1-21935-A.ogg", "Clock"),
    ],
)
def test_known_sounds_are_heard(yamnet: Yamnet, test_data: Path, path: str, heard: str) -> None:
    scores = listen(yamnet, sound(test_data / "audio" / "esc10" / path)).max(axis=0)
    best = [yamnet.classes[i] for i in np.argsort(-scores)[:6]]
    assert heard in best
    assert "Speech" not in best


def test_a_sound_is_found_when_it_happens(yamnet: Yamnet, test_data: Path) -> None:
    bark = sound(test_data / "audio" / "esc10" / "dog_bark" / "1-100032-A.ogg")
    loud = int(np.abs(bark).argmax())
    bark = bark[max(0, loud - 4000) : loud + 4000]
    samples = np.zeros(20 * SAMPLE_RATE, np.float32)
    samples[12 * SAMPLE_RATE : 12 * SAMPLE_RATE + len(bark)] = bark
    dog = listen(yamnet, samples)[:, yamnet.classes.index("Dog")]
    assert int(dog.argmax()) * HOP / SAMPLE_RATE == pytest.approx(12.0, abs=2 * HOP / SAMPLE_RATE)
    assert dog[: 10 * SAMPLE_RATE // HOP].max() < 0.1


def test_the_class_map_names_every_score(folder: Path, yamnet: Yamnet) -> None:
    with (folder / CLASS_MAP).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert list(yamnet.classes) == [row[2] for row in rows]
    assert (len(yamnet.classes), yamnet.classes[0], yamnet.classes[-1]) == (521, "Speech", "Field recording")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, CLASS_MAP),
        ("index,mid,name\n0,/m/09x0r,Speech\n", CLASS_MAP),
        (b"\xff\xfe\xff", CLASS_MAP),
        ("index,mid,display_name\n0,/m/09x0r,Speech\n", "521 scores, its class map names 1"),
        ("", "521 scores, its class map names 0"),
    ],
)
def test_a_class_map_that_does_not_fit_is_named(
    folder: Path, tmp_path: Path, content: str | bytes | None, named: str
) -> None:
    (tmp_path / WEIGHTS).symlink_to(folder / WEIGHTS)
    if content is not None:
        (tmp_path / CLASS_MAP).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(BrokenModel, match=named) as caught:
        Yamnet(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"not a network", b"\x1c\x00\x00\x00TFL3" + bytes(500)])
def test_a_file_that_is_no_network_is_named(folder: Path, tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / CLASS_MAP).symlink_to(folder / CLASS_MAP)
    if content is not None:
        (tmp_path / WEIGHTS).write_bytes(content)
    with pytest.raises(BrokenModel, match=str(tmp_path / WEIGHTS)):
        Yamnet(tmp_path)


def test_a_network_for_something_else_is_named(test_data: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / CLASS_MAP).symlink_to(folder / CLASS_MAP)
    (tmp_path / WEIGHTS).symlink_to(test_data / "models" / "movenet" / "movenet_single_pose_lightning_ptq.tflite")
    with pytest.raises(BrokenModel, match=str(tmp_path / WEIGHTS)):
        Yamnet(tmp_path)


def test_without_the_runtime_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / CLASS_MAP).write_text("index,mid,display_name\n0,/m/09x0r,Speech\n")
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(MissingExtra, match=r"pip install 'earmark\[sounds\]'"):
        Yamnet(tmp_path)


def test_class_names_may_hold_commas_and_any_letter(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text('index,mid,display_name\n0,/m/1,"Chicken, rooster"\n1,/m/2,Bruit d’été\n', encoding="utf-8")
    assert read_class_map(path) == ("Chicken, rooster", "Bruit d’été")
