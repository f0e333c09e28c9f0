"""The linker as a network: MiniLM's encoder, and small heads over the pieces of mentions. Training only (torch)."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from monitor.classifier.features import ALONE, BESIDE
from monitor.classifier.linker import AREAS

HIDDEN, LAYERS, ATTENTION, INNER = 384, 6, 12, 1536
STATUS = ("news", "earlier")  #: both at once: "retains its good rating"
LINKED = 192  #: width of the links' vectors

#: Of the base's ``model.safetensors``; nothing else is trained from.
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Layer(nn.Module):
    """One transformer layer of BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12), nn.LayerNorm(HIDDEN, eps=1e-12)
        self.up, self.down = nn.Linear(HIDDEN, INNER), nn.Linear(INNER, HIDDEN)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(windows, pieces, HIDDEN) and which pieces are real, (windows, 1, 1, pieces) of bool.

        No dropout inside the attention: with it torch has no fused kernel on a CPU and takes five times as long.
        """
        n, t, _ = x.shape
        q, k, v = (f(x).view(n, t, ATTENTION, -1).transpose(1, 2) for f in (self.query, self.key, self.value))
        said = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = self.norm1(x + self.drop(self.out(said.transpose(1, 2).reshape(n, t, HIDDEN))))
        return self.norm2(x + self.drop(self.down(functional.gelu(self.up(x)))))


class Encoder(nn.Module):
    """BERT without pooler and segment input."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, HIDDEN)
        self.places = nn.Embedding(512, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(0.1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(windows, pieces) of numbers and of 1 for real pieces -> (windows, pieces, HIDDEN)."""
        x = self.words(ids) + self.places(torch.arange(ids.shape[1]))[None]
        x = self.drop(self.norm(x))
        real = (mask != 0)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, real)
        return x

    def load_base(self, path: Path, keep: list[int] | None = None) -> None:
        """Take the weights of MiniLM from its safetensors file; `keep` are the vocabulary's numbers that stay."""
        base = load_file(str(path))
        words = base["embeddings.word_embeddings.weight"]
        self.words.weight.data.copy_(words if keep is None else words[keep])
        places = base["embeddings.position_embeddings.weight"] + base["embeddings.token_type_embeddings.weight"][0]
        self.places.weight.data.copy_(places)
        _copy(self.norm, base, "embeddings.LayerNorm")
        for number, layer in enumerate(self.layers):
            at = f"encoder.layer.{number}"
            for part, name in (
                (layer.query, "attention.self.query"),
                (layer.key, "attention.self.key"),
                (layer.value, "attention.self.value"),
                (layer.out, "attention.output.dense"),
                (layer.norm1, "attention.output.LayerNorm"),
                (layer.up, "intermediate.dense"),
                (layer.down, "output.dense"),
                (layer.norm2, "output.LayerNorm"),
            ):
                _copy(part, base, f"{at}.{name}")


def _copy(part: nn.Module, base: dict[str, torch.Tensor], name: str) -> None:
    part.weight.data.copy_(base[f"{name}.weight"])
    part.bias.data.copy_(base[f"{name}.bias"])


def _small(width: int, out: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(0.1), nn.Linear(hidden, out))


class Linker(nn.Module):
    """Encoder and heads. Rating mentions are linked to authorities, areas, groups and years, and given a status."""

    def __init__(self, pieces: int, kinds: int) -> None:
        super().__init__()
        self.encoder = Encoder(pieces)
        self.mention = nn.Sequential(nn.Linear(3 * HIDDEN + ALONE, HIDDEN), nn.GELU(), nn.Dropout(0.1))
        self.status = nn.Linear(HIDDEN, len(STATUS))
        self.unnamed = nn.Linear(HIDDEN, len(AREAS) + 1)  # overall, areas that nothing names, and all of them
        self.rating = nn.Linear(HIDDEN, LINKED)
        self.other = nn.ModuleDict({t: nn.Linear(2 * HIDDEN, LINKED) for t in ("authority", "area", "group", "year")})
        self.link = nn.ModuleDict({t: _small(3 * LINKED + BESIDE, 1, LINKED) for t in ("authority", "area", "group", "year")})
        self.exception = nn.Parameter(torch.tensor(3.0))  # how much less "all areas" holds of one that has its own rating
        self.kind = nn.Linear(HIDDEN, kinds)

    def mentions(self, hidden: torch.Tensor, spans: torch.Tensor, facts: torch.Tensor) -> torch.Tensor:
        """Rating mentions of one window: (pieces, HIDDEN), (n, 2), (n, ALONE) -> (n, HIDDEN)."""
        means = _means(hidden, spans)
        firsts = hidden[spans[:, 0]]
        whole = hidden[:1].expand(spans.shape[0], -1)
        return self.mention(torch.cat([means, firsts, whole, facts], -1))

    def links(
        self, type_: str, hidden: torch.Tensor, ratings: torch.Tensor, spans: torch.Tensor, facts: torch.Tensor
    ) -> torch.Tensor:
        """Logits of links: (pieces, HIDDEN), ratings (n, HIDDEN), spans (k, 2), facts (n, k, BESIDE) -> (n, k)."""
        other = self.other[type_](torch.cat([_means(hidden, spans), hidden[spans[:, 0]]], -1))
        mine = self.rating(ratings)
        n, k = mine.shape[0], other.shape[0]
        a, b = mine[:, None].expand(n, k, -1), other[None].expand(n, k, -1)
        return self.link[type_](torch.cat([a, b, a * b, facts], -1)).squeeze(-1)


def _means(hidden: torch.Tensor, spans: torch.Tensor) -> torch.Tensor:
    """Mean of each span's pieces: (pieces, HIDDEN), (n, 2) -> (n, HIDDEN)."""
    at = torch.arange(hidden.shape[0])[None]
    inside = ((at >= spans[:, :1]) & (at < spans[:, 1:])).to(hidden.dtype)
    return inside @ hidden / inside.sum(-1, keepdim=True).clamp(min=1)


def log_not(log_p: torch.Tensor) -> torch.Tensor:
    """log(1 - p) of log p, kept away from minus infinity."""
    return torch.log1p(-torch.exp(log_p).clamp(max=1 - 1e-6))


def steps(schedule: int, warm: int = 100) -> object:
    """Learning-rate factor by step: a short warm-up, then down along half a cosine to a fiftieth."""

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        done = min(1.0, (step - warm) / max(1, schedule - warm))
        return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))

    return factor
