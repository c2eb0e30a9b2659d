"""Makes random classifiers with PyTorch and Keras, each in a folder with its pictures and what its own runtime says of them.

Run (needs torch, tensorflow with Keras 3, onnx, onnxruntime, onnxscript), from the repository's root:

    python3 scripts/robustness/make_models.py --seed 1 --count 520 --folder /tmp/random-models
    node --import tsx scripts/judgeModels.ts /tmp/random-models --report docs/random-models.md

Both can be stopped and started again: folders that are complete, and models that were judged, are not done twice (to judge them
anew after a change of the program, give --again). Two of five models are Keras's (.keras and .h5), the others come from torch by both
ONNX exporters, half of these quantised by onnxruntime.quantization or halved. `--family torch|keras` makes one kind only, so that
two processes can share the work. Every model is made from the seed and its number alone.

Right are the probabilities of torch, Keras or (quantised and halved files) ONNX Runtime in float32, the slopes of log p along
three random directions and the sum of integrated gradients by torch autograd and tf.GradientTape.
"""

import argparse
import json
import platform
import shutil
import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))


def decks(seed):
    """deck(part, choices) of model after model: every choice of a part comes once before any comes again."""
    rng = np.random.default_rng([seed, 2])
    left = {}

    def next_choice(part, choices):
        if not left.get(part):
            left[part] = list(rng.permutation(choices))
        return str(left[part].pop())

    return next_choice


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=520)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--family", choices=["torch", "keras"])
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for family in [arguments.family] if arguments.family else ["torch", "keras"]:
        count = arguments.count * (3 if family == "torch" else 2) // 5
        while (code := run_apart(make_family, family, arguments.seed, count, arguments.folder)) < 0:
            # A runtime took the process down: what it was making stays unmade, and another process goes on.
            for mark in arguments.folder.glob(f"{family}-{arguments.seed}-*/making.txt"):
                mark.rename(mark.with_name("unmade.txt"))
                break
            else:
                break
        if code != 0:
            sys.exit(f"The process that makes models of {family} ended with {code}.")


def run_apart(function, *arguments):
    """Exit code of a process of its own; negative if a signal ended it."""
    process = get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def make_family(family, seed, count, folder):
    if family == "torch":
        import torch_models as models
    else:
        import keras_models as models
    (folder / f"versions-{family}.json").write_text(json.dumps(versions(family)))
    deck = decks(seed)
    draw = np.random.default_rng([seed, 1])
    made, number = 0, 0
    # A recipe that its exporter or quantiser refuses is replaced by the next.
    while made < count:
        number += 1
        recipe = models.recipe_of(draw, deck)
        own = folder / f"{family}-{seed}-{number:04}"
        if (own / "expected.json").exists():
            made += 1
            continue
        if (own / "unmade.txt").exists():
            continue
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir()
        mark = own / "making.txt"
        mark.write_text(f"{recipe}\nThe process ended.\n")
        try:
            models.make(seed * 100_000 + number, recipe, own)
            made += 1
        except Exception as error:
            (own / "unmade.txt").write_text(f"{recipe}\n{type(error).__name__}: {str(error)[:500]}\n")
        mark.unlink()
        print(f"{family} {made}/{count}", recipe, flush=True)


def versions(family):
    import onnx
    import onnxruntime

    found = {"python": platform.python_version(), "numpy": np.__version__, "onnx": onnx.__version__}
    found["onnxruntime"] = onnxruntime.__version__
    if family == "torch":
        import onnxscript
        import torch

        return {**found, "torch": torch.__version__, "onnxscript": onnxscript.__version__}
    import keras
    import tensorflow

    return {**found, "tensorflow": tensorflow.__version__, "keras": keras.__version__}


if __name__ == "__main__":
    main()
