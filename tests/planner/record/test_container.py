"""The container format: reading inverts writing, and unreadable bytes are refused."""

import json
import struct

import numpy as np
import pytest

from planner import Record, exact, run
from planner.core.model import Model
from planner.core.trace import Trace
from planner.record.arrays import PARTICLES, ROOT, TREE
from planner.record.container import TraceError, read, write
from planner.record.metadata import SCHEMA
from tests.planner.examples import complete, make_arrays, random_mdp, random_prior, random_values

MDP = random_mdp(31, terminals=2)
TABLES = exact.tables(random_prior(31, MDP), random_values(31, MDP))
METADATA = {"environment": "random 31", "seed": 5, "settings": {"alpha": 0.1}}
DTYPES = {"F32": "<f4", "I32": "<i4", "BOOL": "?"}


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return make_arrays(complete(particles=5, depth=3), MDP, TABLES, record=True)


@pytest.fixture(scope="module")
def data(arrays: dict[str, np.ndarray]) -> bytes:
    return write(arrays, {"schema": SCHEMA, **METADATA})


def rewrite_header(data: bytes, change) -> bytes:
    """The same file with its header changed, padded as the format requires."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def test_a_round_trip_keeps_every_bit_and_the_metadata(arrays: dict[str, np.ndarray], data: bytes) -> None:
    found, metadata = read(data, SCHEMA)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype and found[name].shape == array.shape and found[name].tobytes() == array.tobytes()
    assert metadata == {"schema": SCHEMA, "environment": "random 31", "seed": "5", "settings": '{"alpha": 0.1}'}


def test_the_layout_is_a_length_a_json_header_and_aligned_little_endian_arrays(arrays: dict[str, np.ndarray], data: bytes) -> None:
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    assert length % 8 == 0 and all(isinstance(value, str) for value in header.pop("__metadata__").values())
    assert header.keys() == arrays.keys()
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = np.dtype(DTYPES[entry["dtype"]])
        # A typed-array view must start at a multiple of its item size.
        assert (8 + length + begin) % dtype.itemsize == 0
        values = np.frombuffer(data[8 + length + begin : 8 + length + end], dtype).reshape(entry["shape"])
        np.testing.assert_array_equal(values, arrays[name])


def test_shapes_and_dtypes_are_those_of_the_format(arrays: dict[str, np.ndarray]) -> None:
    integers = {"parent", "ancestor", "branch", "depth", "action", "root_action", "root_visits", "chosen_action", "state/index"}
    flags = {"alive", "terminal", "revived", "resampled"}
    for name, array in arrays.items():
        assert array.dtype == (np.int32 if name in integers else bool if name in flags else np.float32), name
    shapes = {
        "resampled": (3,),
        "ess": (3,),
        "log_evidence": (3,),
        "position": (3, 5, 2),
        "root_position": (2,),
        "root_value": (),
        "value_target": (),
        "chosen_action": (),
        "slot_policy": (5,),
        "slot_value": (5,),
        "root_action": (5,),
        **{name: (3,) for name in ("root_prior", "root_proposal", "root_policy", "root_q", "root_visits")},
        **{name: (3, 5, 3) for name in ("prior", "proposal", "q_value")},
    }
    for name, array in arrays.items():
        assert array.shape == shapes.get(name, (3, 5)), name
    only_continuous = {"atom", "atoms"}
    assert set(Trace.__dataclass_fields__) - {"state"} - only_continuous <= arrays.keys() and "state/index" in arrays


def test_distributions_and_states_are_left_out_unless_asked_for() -> None:
    plain = make_arrays(complete(particles=5, depth=3), MDP, TABLES)
    assert not {"prior", "proposal", "q_value", "state/index"} & plain.keys()


@pytest.mark.parametrize("keep", [0, 5, 8, 100, -1])
def test_truncated_bytes_are_refused(data: bytes, keep: int) -> None:
    with pytest.raises(TraceError, match="not a readable trace"):
        read(data[:keep], SCHEMA)


@pytest.mark.parametrize("garbage", [b"hello, this is not a trace", b"\xff" * 64, struct.pack("<Q", 16) + b"[1, 2, 3]       "])
def test_other_bytes_are_refused(garbage: bytes) -> None:
    with pytest.raises(TraceError, match="not a readable trace"):
        read(garbage, SCHEMA)


def test_offsets_beyond_the_data_are_refused(data: bytes) -> None:
    with pytest.raises(TraceError, match="not a readable trace"):
        read(rewrite_header(data, lambda header: header["ess"].update(data_offsets=[0, 10**9])), SCHEMA)


def of_plan(planner: str) -> Record:
    own = {"num_simulations": 6} if planner == "gumbel_mcts" else {"particles": 6, "depth": 3, "reward_temperature": 0.7}
    return run(Model(MDP, exact.look_up), planner, params=TABLES, state=MDP.state(0), discount=0.9, **own)


@pytest.mark.parametrize("planner", ["trt_smc", "tsmcts", "gumbel_mcts"])
def test_a_trace_without_an_array_that_every_trace_has_or_with_one_of_another_shape_is_refused(planner: str) -> None:
    whole = of_plan(planner)
    Record.from_bytes(whole.to_bytes()).check()
    header, required = whole.metadata.header(), {**(TREE if planner == "gumbel_mcts" else PARTICLES), **ROOT}
    assert required.keys() <= whole.arrays.keys()
    for name in required:
        with pytest.raises(TraceError, match=f"no array {name}"):
            Record.from_bytes(write({other: array for other, array in whole.arrays.items() if other != name}, header)).check()
        array = whole.arrays[name]
        for other in (
            np.stack([array] * 2),
            np.stack([array] * 2, -1)[..., None],
            np.concatenate([np.atleast_1d(array)] * 2),
            np.atleast_1d(array)[:0],
        ):
            # A chosen action may also be one of several dimensions.
            if name != "chosen_action" or 0 in other.shape or other.ndim > 1:
                with pytest.raises(TraceError, match=r"the trace is damaged: array .* has shape"):
                    Record.from_bytes(write({**whole.arrays, name: other}, header)).check()


TEXTS = {
    "deep lists": "[" * 100_000,
    "deep objects": '{"a":' * 100_000,
    "no number": '{"alpha": NaN}',
    "an infinite number": '{"alpha": 1e999}',
    "a lone surrogate": '{"alpha": "\\ud800"}',
    "no JSON": "{alpha}",
    "too many digits": "9" * 5000,
}


@pytest.mark.parametrize("field", ["settings", "interventions", "scene", "seed", "traits"])
@pytest.mark.parametrize("text", TEXTS)
def test_metadata_that_could_not_be_written_again_is_refused(text: str, field: str) -> None:
    whole = of_plan("trt_smc")
    damaged = rewrite_header(whole.to_bytes(whole.arrays), lambda header: header["__metadata__"].update({field: TEXTS[text]}))
    with pytest.raises(TraceError, match="metadata"):
        Record.from_bytes(damaged)


@pytest.mark.parametrize("dtype", ["BF16", "F8_E8M0"])
def test_a_type_of_numbers_that_numpy_does_not_have_is_refused(dtype: str) -> None:
    text = json.dumps({"chosen_action": {"dtype": dtype, "shape": [1], "data_offsets": [0, 2 if dtype == "BF16" else 1]}}).encode()
    with pytest.raises(TraceError, match=dtype):
        read(struct.pack("<Q", len(text)) + text + bytes(2 if dtype == "BF16" else 1), SCHEMA)


@pytest.mark.parametrize("schema", ["twistscope.trace/2", "someone.else/1", None])
def test_another_schema_is_refused_with_both_versions_named(data: bytes, schema: str | None) -> None:
    def change(header: dict) -> None:
        header["__metadata__"].pop("schema") if schema is None else header["__metadata__"].update(schema=schema)

    with pytest.raises(TraceError) as caught:
        read(rewrite_header(data, change), SCHEMA)
    assert SCHEMA in str(caught.value) and (schema or "none") in str(caught.value)


def test_new_optional_arrays_are_read_along() -> None:
    found, _ = read(write({"novel": np.arange(3, dtype=np.int32), "tiny": np.zeros(2, np.float16)}, {"schema": SCHEMA}), SCHEMA)
    np.testing.assert_array_equal(found["novel"], np.arange(3))
    assert found["tiny"].dtype == np.float16
