"""Learn the linker: ``python -m train.train --base FOLDER --out FOLDER --train PATH...``; goes on where it stopped."""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch.nn import functional

from monitor.classifier.wordpiece import WordPiece
from train.evaluate import THRESHOLDS, measure, predict
from train.examples import Example, load
from train.forward import encode, link, prepare
from train.loss import loss
from train.model import BASE_SHA256, Linker, steps

#: The base numbers its pieces about by how common they are; words beyond are rare names, whose parts are kept.
_COMMON = 13_500
_MAX_WINDOWS = 3  #: of an article that are learnt from at once
_KIND = 0.3  #: weight of the kind of page beside the links
_UNDATED = 0.05  #: share of articles whose day is hidden
_FURNISHED = 0.1  #: share of articles that get headlines of others at their end
KINDS = """
    news monitoring_visit focused_visit send jtai childrens_home fostering_adoption_agency school early_years
    adult_social_care youth_justice police_fire_housing health other_nation national_stats appointment intervention
    opinion job_advert council_minutes funding anniversary awaited_report prediction profile court_review reorganisation
    workforce awards election plain_english ombudsman framework_change old_rating_headline lscb other_council_only
    trust_contract ofsted_annual
""".split()


@dataclass(kw_only=True)
class Training:
    """Network, optimiser and schedule, an epoch at a time; kept in `file` after each, and taken up again from it."""

    net: Linker
    wordpiece: WordPiece
    vocabulary: list[str]
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LambdaLR
    file: Path
    batch: int
    seed: int

    def first_epoch(self) -> int:
        """Take up what was kept; returns the number of the epoch that comes next."""
        if not self.file.exists():
            return 0
        state = torch.load(self.file, weights_only=False)
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        return int(state["epoch"]) + 1

    def keep(self, epoch: int) -> None:
        """Write everything that another run needs to go on, or to export."""
        parts = {"net": self.net, "optimiser": self.optimiser, "schedule": self.schedule}
        state = {name: part.state_dict() for name, part in parts.items()}
        torch.save({**state, "epoch": epoch, "vocabulary": self.vocabulary, "kinds": KINDS}, self.file)

    def run(self, epoch: int, train: list[Example]) -> float:
        """One pass over the examples; returns the mean loss of an article."""
        began, total, seen = time.monotonic(), 0.0, 0
        chance = random.Random(self.seed * 1000 + epoch)  # noqa: S311
        self.net.train()
        batches = _batches(train, self.batch, chance)
        for step, batch in enumerate(batches):
            total += self._step(batch, chance) * len(batch)
            seen += len(batch)
            if step % 20 == 0:
                print(f"  {epoch} {step}/{len(batches)} {total / seen:.3f} {time.monotonic() - began:.0f} s", flush=True)
        return total / seen

    def _step(self, batch: list[Example], chance: random.Random) -> float:
        batch = [replace(each, doc=replace(each.doc, published=None)) if chance.random() < _UNDATED else each for each in batch]
        ready = [prepare(each.doc, self.wordpiece, chance) for each in batch]
        ready = [replace(one, windows=one.windows[:_MAX_WINDOWS]) for one in ready]
        hidden = iter(encode(self.net, [window for one in ready for window in one.windows], half=True))
        losses = []
        for each, one in zip(batch, ready, strict=True):
            states = [next(hidden) for _ in one.windows]
            said = link(self.net, one, states)
            if said is not None:
                losses.append(loss(each, said, dict(one.exchange)))
            if each.kind in KINDS:
                right = torch.tensor([KINDS.index(each.kind)])
                losses.append(_KIND * torch.nn.functional.cross_entropy(self.net.kind(states[0][:1]), right))
        whole = torch.stack(losses).sum() / len(batch)
        self.optimiser.zero_grad()
        whole.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()
        return float(whole.item())


def main() -> int:
    """Train, keep a checkpoint an epoch, and say the figures on the development articles after each."""
    options = _parser().parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    weights = options.base / "model.safetensors"
    if hashlib.sha256(weights.read_bytes()).hexdigest() != BASE_SHA256:
        _parser().error(f"{weights} is not the base that is trained from")
    train = load(options.train, furnish=_FURNISHED, seed=options.seed)
    dev = load(options.dev)
    pieces = (options.base / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    begun = options.out / "state.pt"
    vocabulary, kept = kept_vocabulary(begun if begun.exists() else options.start, pieces) or cut_vocabulary(pieces, train)
    random.Random(options.seed).shuffle(train)  # noqa: S311
    train = train[: round(len(train) * options.share)]
    print(f"{len(train)} to learn from, {len(dev)} to watch", flush=True)
    net = Linker(len(vocabulary), len(KINDS))
    net.encoder.load_base(weights, kept)
    if options.start is not None:
        net.load_state_dict(widened(torch.load(options.start, weights_only=False)["net"], net))
    frozen = (net.encoder.words, net.encoder.places, *net.encoder.layers[: options.freeze]) if options.freeze else ()
    for part in frozen:
        part.requires_grad_(False)
    slow = [p for p in net.encoder.parameters() if p.requires_grad]
    fast = [p for name, p in net.named_parameters() if not name.startswith("encoder.")]
    groups = [{"params": slow, "lr": options.rate}, {"params": fast, "lr": 8 * options.rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    options.out.mkdir(parents=True, exist_ok=True)
    training = Training(
        net=net,
        wordpiece=WordPiece(vocabulary),
        vocabulary=vocabulary,
        optimiser=optimiser,
        schedule=torch.optim.lr_scheduler.LambdaLR(optimiser, steps(-(-len(train) // options.batch) * options.epochs)),
        file=options.out / "state.pt",
        batch=options.batch,
        seed=options.seed,
    )
    for epoch in range(training.first_epoch(), options.epochs):
        mean = training.run(epoch, train)
        training.keep(epoch)
        print(f"epoch {epoch}: loss {mean:.3f}", flush=True)
        said = [predict(net, each, training.wordpiece) for each in dev]
        for threshold in THRESHOLDS if dev else ():
            print("  ", threshold, json.dumps(measure(dev, said, threshold)), flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder with MiniLM's model.safetensors and vocab.txt")
    parser.add_argument("--out", type=Path, required=True, help="where the checkpoint is kept")
    parser.add_argument("--train", type=Path, nargs="+", required=True)
    parser.add_argument("--dev", type=Path, nargs="*", default=[], help="articles whose figures are printed after each epoch")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--share", type=float, default=1.0, help="of the training articles, for learning curves")
    parser.add_argument("--start", type=Path, help="a checkpoint to start from in place of the base, when the corpus has grown")
    parser.add_argument("--rate", type=float, default=1e-4, help="learning rate of the encoder; the heads have eight times it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--freeze", type=int, default=0, help="layers from below that are not trained (embeddings neither)")
    return parser


def widened(state: dict[str, torch.Tensor], net: Linker) -> dict[str, torch.Tensor]:
    """A checkpoint's weights for a network that is told more facts: of the new ones nothing is known yet."""
    wanted = net.state_dict()
    return {
        name: functional.pad(told, (0, wanted[name].shape[-1] - told.shape[-1])) if told.dim() == 2 else told
        for name, told in state.items()
    }


def cut_vocabulary(pieces: list[str], examples: list[Example]) -> tuple[list[str], list[int]]:
    """The pieces that are kept, and their numbers in the base: the common ones, and what the articles use more than once."""
    whole = WordPiece(pieces)
    seen = Counter(number for each in examples for number in whole.pieces(each.doc.text))
    used = {number for number, times in seen.items() if times > 1}
    kept = [n for n in range(len(pieces)) if n < _COMMON or n in used or len(pieces[n].removeprefix("##")) == 1]
    return [pieces[n] for n in kept], kept


def kept_vocabulary(file: Path | None, pieces: list[str]) -> tuple[list[str], list[int]] | None:
    """The pieces of a checkpoint, which stay as they were when the corpus has grown since; None where there is none."""
    if file is None or not file.exists():
        return None
    vocabulary = torch.load(file, weights_only=False)["vocabulary"]
    number = {piece: at for at, piece in enumerate(pieces)}
    return vocabulary, [number[piece] for piece in vocabulary]


def _batches(train: list[Example], size: int, chance: random.Random) -> list[list[Example]]:
    """Batches of articles of like length, in random order."""
    order = sorted(train, key=lambda each: len(each.doc.text) * chance.uniform(0.85, 1.15))
    batches = [order[at : at + size] for at in range(0, len(order), size)]
    chance.shuffle(batches)
    return batches


if __name__ == "__main__":
    raise SystemExit(main())
