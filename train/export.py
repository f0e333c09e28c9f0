"""A trained linker as files: ``python -m train.export --state state.pt --out FOLDER``.

Weights are stored as 8-bit integers with a scale a row and computed with as 32-bit floats: the file is a quarter of the size
and the answers stay within rounding of the trained ones. The vocabulary is cut to common pieces and those of the corpus.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from monitor.classifier.features import ALONE, BESIDE
from monitor.classifier.linker import card
from train.evaluate import restore
from train.model import BASE_SHA256, Linker

LINKS = ("authority", "area", "group", "year")
_OPSET = 17
_SMALL = 4096  #: numbers in a tensor that is not worth rounding


class Exported(nn.Module):
    """One window in, every logit out; the graph that is written."""

    def __init__(self, net: Linker) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, ids: torch.Tensor, spans: torch.Tensor, facts: torch.Tensor, *others: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """(1, pieces); rating spans (n, 2); (n, ALONE); then spans (k, 2) and facts (n, k, BESIDE) of each of `LINKS`."""
        hidden = self.net.encoder(ids, torch.ones_like(ids))[0]
        vectors = self.net.mentions(hidden, spans, facts)
        linked = [self.net.links(name, hidden, vectors, others[2 * i], others[2 * i + 1]) for i, name in enumerate(LINKS)]
        return self.net.status(vectors), self.net.unnamed(vectors), self.net.kind(hidden[:1]), *linked


def export(net: Linker, path: Path) -> None:
    """Write the network as ONNX with rounded weights."""
    net.eval()
    ids = torch.randint(5, 1000, (1, 40))
    spans = torch.tensor([[3, 5], [9, 10]])
    names = ["ids", "spans", "facts"]
    args = [ids, spans, torch.zeros(2, ALONE)]
    axes = {"ids": {1: "t"}, "spans": {0: "n"}, "facts": {0: "n"}}
    for name in LINKS:
        names += [f"{name}_spans", f"{name}_facts"]
        args += [torch.tensor([[1, 2], [4, 6], [7, 8]]), torch.zeros(2, 3, BESIDE)]
        axes |= {f"{name}_spans": {0: f"k_{name}"}, f"{name}_facts": {0: "n", 1: f"k_{name}"}}
    out = ["status", "unnamed", "kind", *LINKS]
    axes |= {"status": {0: "n"}, "unnamed": {0: "n"}} | {name: {0: "n", 1: f"k_{name}"} for name in LINKS}
    torch.onnx.export(
        Exported(net),
        tuple(args),
        str(path),
        input_names=names,
        output_names=out,
        dynamic_axes=axes,
        opset_version=_OPSET,
        dynamo=False,
    )
    model = onnx.load(str(path))
    _round(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _round(model: onnx.ModelProto) -> None:
    """Replace every large initializer by 8-bit integers, a scale a row, and the node that multiplies them again."""
    graph = model.graph
    kept, nodes = [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim != 2 or values.size < _SMALL:
            kept.append(tensor)
            continue
        axis = 0 if "words" in tensor.name or "places" in tensor.name else 1  # MatMul's weights are (in, out)
        scale = np.abs(values).max(axis=1 - axis, keepdims=True).clip(1e-8) / 127
        rounded = np.round(values / scale).astype(np.int8)
        kept.append(numpy_helper.from_array(rounded, f"{tensor.name}.q"))
        kept.append(numpy_helper.from_array(scale.reshape(-1).astype(np.float32), f"{tensor.name}.scale"))
        kept.append(helper.make_tensor(f"{tensor.name}.zero", TensorProto.INT8, [scale.size], [0] * scale.size))
        parts = [f"{tensor.name}.q", f"{tensor.name}.scale", f"{tensor.name}.zero"]
        nodes.append(helper.make_node("DequantizeLinear", parts, [tensor.name], axis=axis))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    old = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *old])


def main() -> int:
    """Write weights, vocabulary and card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("monitor/classifier/weights"))
    parser.add_argument("--alert", type=float, help="from this probability a judgement is reported (default: as now)")
    parser.add_argument("--review", type=float, help="from this one a person is asked (default: as now)")
    options = parser.parse_args()
    net, _ = restore(options.state)
    state = torch.load(options.state, weights_only=False)
    now = card()["thresholds"]
    options.out.mkdir(parents=True, exist_ok=True)
    export(net, options.out / "linker.onnx")
    (options.out / "vocabulary.txt").write_text("\n".join(state["vocabulary"]) + "\n", encoding="utf-8")
    told = {
        "weights_sha256": hashlib.sha256((options.out / "linker.onnx").read_bytes()).hexdigest(),
        "vocabulary_sha256": hashlib.sha256((options.out / "vocabulary.txt").read_bytes()).hexdigest(),
        "base": "all-MiniLM-L6-v2",
        "base_sha256": BASE_SHA256,
        "corpus_sha256": state.get("corpus_sha256", ""),
        "thresholds": {"alert": options.alert or now["alert"], "review": options.review or now["review"]},
        "exception": float(net.exception.item()),
        "kinds": state["kinds"],
    }
    (options.out / "linker.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
