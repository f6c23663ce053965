"""Weight files are refused in every way they can be wrong, before a single weight is assigned."""

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import save_file

from restorers.models.unet import UNet
from restorers.weights import WeightsError, load_weights, read_header, save_weights, sha256


@pytest.fixture(scope="module")
def model():
    return UNet(width1=4, width2=4, width3=4, blocks1=1, blocks2=1, blocks3=1).build()


@pytest.fixture
def good(model, tmp_path):
    path = tmp_path / "model.safetensors"
    save_weights(model, path)
    return path


def tensors(model):
    return {v.path: np.array(v) for v in model.variables}


def raw(path, header: bytes, body: bytes = b"", length: int | None = None):
    path.write_bytes(struct.pack("<Q", len(header) if length is None else length) + header + body)


def drop(model, path):
    values = tensors(model)
    values.pop("head/kernel")
    save_file(values, path)


def change(model, path, value):
    save_file(tensors(model) | {"head/kernel": value}, path)


def rewrite(model, path, change):
    """The same tensors under a header that ``change`` has made another one."""
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    changed = change(header)
    raw(path, changed if isinstance(changed, bytes) else json.dumps(changed).encode(), content[8 + length :])


def entry(**values):
    return lambda header: header | {"head/kernel": header["head/kernel"] | values}


KERNEL = (3, 3, 12, 4)
WAYS = {
    "missing file": (lambda m, p: p.unlink(), "no such"),
    "empty file": (lambda m, p: p.write_bytes(b""), "header"),
    "cut short": (lambda m, p: p.write_bytes(p.read_bytes()[:-7]), "must have"),
    "bytes appended": (lambda m, p: p.write_bytes(p.read_bytes() + b"x"), "must have"),
    "header longer than the file": (lambda m, p: raw(p, b"{}", length=1 << 40), "declares 1,099,511,627,776"),
    "not JSON": (lambda m, p: raw(p, b"hello, world"), "JSON"),
    "a pickle": (lambda m, p: p.write_bytes(b"\x80\x04\x95" + b"." * 40), "header"),
    "header is a list": (lambda m, p: raw(p, b"[1, 2]"), "JSON"),
    "nested too deep": (lambda m, p: raw(p, b"[" * 100_000), "JSON"),
    "a shape in words": (lambda m, p: rewrite(m, p, entry(shape=["3", "3", "12", "4"])), "JSON"),
    "a shape of fractions": (lambda m, p: rewrite(m, p, entry(shape=[3.0, 3, 12, 4])), "JSON"),
    "an endless side": (lambda m, p: rewrite(m, p, entry(shape=[float("inf")])), "JSON"),
    "no number": (lambda m, p: rewrite(m, p, entry(note=float("nan"))), "JSON"),
    "several types": (lambda m, p: rewrite(m, p, entry(dtype=["F32"])), "type ['F32']"),
    "notes that are no text": (lambda m, p: rewrite(m, p, lambda header: header | {"__metadata__": {"format": 1}}), "JSON"),
    "other letters": (lambda m, p: rewrite(m, p, lambda header: json.dumps(header).encode("utf-16")), "JSON"),
    "tensor missing": (drop, "missing 'head/kernel'"),
    "tensor unknown": (lambda m, p: save_file(tensors(m) | {"other": np.zeros(3, np.float32)}, p), "unknown 'other'"),
    "wrong shape": (lambda m, p: change(m, p, np.zeros((3, 3, 4, 12), np.float32)), "(3, 3, 12, 4)"),
    "wrong type": (lambda m, p: change(m, p, np.zeros(KERNEL, np.int64)), "type I64"),
    "double precision": (lambda m, p: change(m, p, np.zeros(KERNEL, np.float64)), "type F64"),
    "NaN": (lambda m, p: change(m, p, np.full(KERNEL, np.nan, np.float32)), "finite"),
    "infinity": (lambda m, p: change(m, p, np.full(KERNEL, np.inf, np.float32)), "finite"),
    "a huge tensor declared": (
        lambda m, p: raw(
            p, json.dumps({"head/kernel": {"dtype": "F32", "shape": [2**30, 2**30], "data_offsets": [0, 4]}}).encode(), b"1234"
        ),
        "must fill bytes",
    ),
    "two tensors on the same bytes": (
        lambda m, p: raw(p, json.dumps({n: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for n in "ab"}).encode(), b"1234"),
        "must fill bytes 4 to 8",
    ),
    "negative side": (
        lambda m, p: raw(p, json.dumps({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, -4]}}).encode()),
        "must fill",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_refused_and_nothing_assigned(way, model, good):
    damage, words = WAYS[way]
    damage(model, good)
    before = tensors(model)
    with pytest.raises(WeightsError) as refusal:
        load_weights(model, good)
    message = str(refusal.value)
    assert words in message
    assert message.startswith("model.safetensors: ")
    assert "\n" not in message
    assert str(good.parent) not in message
    after = tensors(model)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_wrong_digest_is_refused(model, good):
    with pytest.raises(WeightsError, match="SHA-256 must be 000000000000…, it is"):
        load_weights(model, good, "0" * 64)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 0), ("float16", 1e-3)])
def test_round_trip(model, tmp_path, dtype, tolerance):
    path = tmp_path / "w.safetensors"
    rng = np.random.default_rng(0)
    for v in model.variables:
        v.assign(rng.normal(0, 0.1, v.shape))
    expected = tensors(model)
    digest = save_weights(model, path, dtype)
    assert digest == sha256(path)
    for v in model.variables:
        v.assign(np.zeros(v.shape))
    load_weights(model, path, digest)
    assert all(np.abs(expected[v.path] - np.array(v)).max() <= tolerance for v in model.variables)
    assert set(read_header(path)) == set(expected)


def test_the_random_numbers_of_dropout_are_no_weights(tmp_path):
    """Keras keeps their state among the variables; in 16 bits it would overflow."""
    import keras

    path = tmp_path / "dropout.safetensors"
    numbers = keras.Input((3,))
    body = keras.layers.Dense(2, name="body")(numbers)
    dropping = keras.Model(numbers, keras.layers.Dropout(0.5, name="dropout")(body))
    assert len(dropping.variables) == 3
    save_weights(dropping, path, "float16")
    assert set(read_header(path)) == {"body/kernel", "body/bias"}
    kernel = np.array(dropping.weights[0])
    dropping.weights[0].assign(np.zeros_like(kernel))
    load_weights(dropping, path)
    assert np.array(dropping.weights[0]) == pytest.approx(kernel, abs=1e-3)


def test_eight_bits_keep_each_output_to_half_a_step(model, tmp_path):
    path = tmp_path / "w.safetensors"
    rng = np.random.default_rng(0)
    for v in model.variables:
        v.assign(rng.normal(0, 0.1, v.shape) * np.logspace(-3, 0, v.shape[-1]))  # outputs of very different size
    expected = tensors(model)
    digest = save_weights(model, path, "int8")
    header = read_header(path)
    for v in model.variables:
        v.assign(np.zeros(v.shape))
    load_weights(model, path, digest)
    kernels = 0
    for v in model.variables:
        wanted = expected[v.path]
        if wanted.ndim > 1:
            kernels += 1
            assert header[v.path][0] == "I8" and header[v.path + ":scale"] == ("F32", wanted.shape[-1:])
            step = np.abs(wanted).max(axis=tuple(range(wanted.ndim - 1))) / 127
            assert (np.abs(wanted - np.array(v)) <= step / 2 * 1.001 + 1e-9).all()
        else:
            assert header[v.path][0] == "F16"
            np.testing.assert_allclose(np.array(v), wanted, rtol=1e-3, atol=1e-6)
    assert kernels


def test_eight_bits_without_scales_are_refused(model, tmp_path):
    from restorers.weights import write_tensors

    values = tensors(model)
    kernel = next(name for name, value in values.items() if value.ndim > 1)
    values[kernel] = values[kernel].astype(np.int8)
    write_tensors(values, tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match=f"missing '{kernel}:scale'"):
        load_weights(model, tmp_path / "w.safetensors")


def test_eight_bits_times_a_scale_too_large_are_refused(model, tmp_path):
    from restorers.weights import SCALE, write_tensors

    values = tensors(model)
    kernel = next(name for name, value in values.items() if value.ndim > 1)
    values[kernel + SCALE] = np.full(values[kernel].shape[-1], 3e38, np.float32)
    values[kernel] = np.full(values[kernel].shape, 127, np.int8)
    write_tensors(values, tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match=f"'{kernel}' must hold finite numbers"):
        load_weights(model, tmp_path / "w.safetensors")


def test_failed_write_leaves_nothing(tmp_path, monkeypatch):
    import safetensors.numpy

    from restorers.weights import write_tensors

    path = tmp_path / "w.safetensors"
    path.write_bytes(b"the old file")

    def full_disk(values, file):
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.numpy, "save_file", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_tensors({"a": np.zeros(3, np.float32)}, path)
    assert path.read_bytes() == b"the old file"
    assert list(tmp_path.iterdir()) == [path]
