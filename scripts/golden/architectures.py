"""Writes test/golden/graph: narrow networks as ONNX files with PyTorch's logits and input gradients in float64.

Run: python3 scripts/golden/architectures.py [name ...]   (needs torch, onnx, onnxscript)

For each network NAME.onnx, NAME.json (classes, labels, logits, largest gradient of each picture, and how far PyTorch's own
float32 is from its float64), NAME.npy (objectives x first pictures x 3 x 32 x 32) and NAME-sampled.npy (objectives x pictures x
positions). The pictures, inputs.npy, and the sampled positions, inputs.json, are shared.
"""

import json
import sys
import warnings
from pathlib import Path

import convolutional_nets as convolutional
import numpy as np
import torch
import torch.nn.functional as F
import transformer_nets as transformer
from torch import nn

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden" / "graph"
OBJECTIVES = ["logit", "probability", "log-probability", "cross-entropy"]
PICTURES, COMPLETE = 8, 2
POSITIONS = [(index * 997) % 3072 for index in range(200)]

# Builder and exporter: "dynamo" with its operator set, or "script" with its own; script without folding keeps BatchNormalization.
NETWORKS = {
    "resnet18": (convolutional.resnet18, "script", 13),
    "mobilenet-v2": (convolutional.mobilenet_v2, "script", 11),
    "mobilenet-v3": (convolutional.mobilenet_v3, "script", 17),
    "efficientnet": (convolutional.efficientnet, "dynamo", 18),
    "squeezenet": (convolutional.squeezenet, "script", 9),
    "densenet": (convolutional.densenet, "script", 12),
    "shufflenet": (convolutional.ShuffleNet, "dynamo", 20),
    "inception": (convolutional.inception, "script", 10),
    "vgg": (convolutional.vgg, "dynamo", 18),
    "convnext": (convolutional.convnext, "dynamo", 20),
    "vit": (transformer.vit, "script", 17),
    "deit": (transformer.deit, "dynamo", 21),
    "swin": (transformer.swin, "dynamo", 18),
}


def pictures():
    """Smooth shapes with a little noise, in [0, 1]."""
    generator = torch.Generator().manual_seed(7)
    coarse = torch.rand(PICTURES, 3, 6, 6, generator=generator)
    smooth = F.interpolate(coarse, 32, mode="bicubic", align_corners=False)
    noisy = smooth + 0.08 * torch.randn(PICTURES, 3, 32, 32, generator=generator)
    return noisy.clamp(0.01, 0.99)


@torch.no_grad()
def train_like(model, x, seed):
    """Weights, biases and running statistics as training leaves them: of order one, none of them trivial."""
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.normal_(module.bias, 0.0, 0.1)
        elif isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0.0, 0.2)
        elif isinstance(module, nn.MultiheadAttention):
            nn.init.normal_(module.in_proj_weight, 0.0, 0.3)
            nn.init.normal_(module.in_proj_bias, 0.0, 0.1)
    for name, parameter in model.named_parameters():
        if any(word in name for word in ("tokens", "positions", "bias_table", "layer_scale")):
            nn.init.normal_(parameter, 0.0, 0.5)
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    model.train()
    model(x)
    for norm in norms:
        norm.running_mean += 0.1 * norm.running_var.sqrt() * torch.randn_like(norm.running_mean)
        norm.running_var *= 0.7 + 0.7 * torch.rand_like(norm.running_var)
    model.eval()
    scale = 2 / model(x).std()
    heads = [module for module in model.modules() if isinstance(module, nn.Linear) and module.out_features == 10]
    for head in heads or [module for module in model.modules() if isinstance(module, nn.Conv2d)][-1:]:
        head.weight *= scale
        head.bias *= scale
        if isinstance(head, nn.Conv2d):  # A rectifier follows it: most classes should have a score.
            head.bias += 2


def objective(logits, kind, classes, labels):
    index = (labels if kind == "cross-entropy" else classes)[:, None]
    if kind == "logit":
        return logits.gather(1, index)
    if kind == "probability":
        return logits.softmax(1).gather(1, index)
    return logits.log_softmax(1).gather(1, index) * (-1 if kind == "cross-entropy" else 1)


def gradients(model, x, classes, labels):
    """objectives x pictures x 3 x 32 x 32, and the logits."""
    x = x.clone().requires_grad_(True)
    logits = model(x)
    found = [torch.autograd.grad(objective(logits, kind, classes, labels).sum(), x, retain_graph=True)[0] for kind in OBJECTIVES]
    return torch.stack(found).double(), logits.detach().double()


def difference(found, truth):
    """Largest error over largest gradient, and least cosine, of each objective over the pictures."""
    found, truth = found.flatten(2), truth.flatten(2)
    error = ((found - truth).abs().amax(2) / truth.abs().amax(2)).amax(1)
    cosine = F.cosine_similarity(found, truth, dim=2).amin(1)
    return {kind: {"maximum": error[i].item(), "cosine": cosine[i].item()} for i, kind in enumerate(OBJECTIVES)}


def float32_error(model, x, classes, labels, truth):
    """PyTorch's float32 against its float64, the worst of four ways to round: a step of a rectifier that lies within rounding
    of zero shows in one of them."""
    model = model.float()
    x = x.float()
    ways = [gradients(model, x, classes, labels)[0]]
    with torch.backends.mkldnn.flags(enabled=False):
        ways.append(gradients(model, x, classes, labels)[0])
    ways.append(gradients(model, x.contiguous(memory_format=torch.channels_last), classes, labels)[0])
    rows = [gradients(model, x[i : i + 1], classes[i : i + 1], labels[i : i + 1])[0] for i in range(PICTURES)]
    ways.append(torch.cat(rows, 1))
    found = [difference(each, truth) for each in ways]
    return {
        kind: {"maximum": max(e[kind]["maximum"] for e in found), "cosine": min(e[kind]["cosine"] for e in found)}
        for kind in OBJECTIVES
    }


def export(model, x, path, exporter, opset):
    model = model.float()
    options = {"input_names": ["pictures"], "output_names": ["scores"], "opset_version": opset}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if exporter == "dynamo":
            batch = torch.export.Dim("batch", min=1, max=1024)
            torch.onnx.export(
                model, (x[:2],), path, dynamo=True, dynamic_shapes=({0: batch},), external_data=False, verbose=False, **options
            )
            strip_metadata(path)
        else:
            torch.onnx.export(
                model, (x[:2],), path, dynamo=False, dynamic_axes={"pictures": {0: "batch"}, "scores": {0: "batch"}}, **options
            )


def strip_metadata(path):
    """The exporter's stack traces name folders and take more room than small weights."""
    import onnx

    model = onnx.load(path)
    del model.metadata_props[:], model.graph.metadata_props[:], model.graph.value_info[:], model.functions[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.save(model, path)


def write(name, folder=FOLDER, exporter=None, opset=None, seeds=range(1, 21)):
    build, own_exporter, own_opset = NETWORKS[name]
    x = pictures()
    model, best = None, None
    for seed in seeds:
        torch.manual_seed(seed)
        candidate = build()
        train_like(candidate, x, seed)
        candidate.double()
        logits = candidate(x.double()).detach()
        classes = torch.where(torch.arange(PICTURES) % 2 == 0, logits.argmax(1), (logits.argmax(1) + 3) % 10)
        labels = (logits.argmax(1) + torch.arange(PICTURES)) % 10
        truth, logits = gradients(candidate, x.double(), classes, labels)
        error = float32_error(candidate, x, classes, labels, truth)
        worst = max(each["maximum"] for each in error.values())
        if truth.abs().amax((2, 3, 4)).amin() == 0:
            continue
        if best is None or worst < best[0]:
            best, model = (worst, seed, classes, labels, truth, logits, error), candidate
        if worst < 1e-5:
            break
    worst, seed, classes, labels, truth, logits, error = best
    export(model, x, str(folder / f"{name}.onnx"), exporter or own_exporter, opset or own_opset)
    np.save(folder / f"{name}.npy", truth[:, :COMPLETE].numpy().astype("<f4"))
    np.save(folder / f"{name}-sampled.npy", truth.flatten(2)[:, :, POSITIONS].numpy().astype("<f4"))
    index = {
        "seed": seed,
        "classes": classes.tolist(),
        "labels": labels.tolist(),
        "logits": [[round(value, 8) for value in row] for row in logits.tolist()],
        "largest": {kind: truth[i].flatten(1).abs().amax(1).tolist() for i, kind in enumerate(OBJECTIVES)},
        "float32": error,
    }
    (folder / f"{name}.json").write_text(json.dumps(index) + "\n")
    size = (folder / f"{name}.onnx").stat().st_size
    print(f"{name}: seed {seed}, float32 of PyTorch {worst:.1e}, {size // 1024} KB", flush=True)


def main(names):
    FOLDER.mkdir(parents=True, exist_ok=True)
    np.save(FOLDER / "inputs.npy", pictures().numpy())
    (FOLDER / "inputs.json").write_text(json.dumps({"objectives": OBJECTIVES, "complete": COMPLETE, "positions": POSITIONS}) + "\n")
    for name in names or NETWORKS:
        write(name)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1:])
