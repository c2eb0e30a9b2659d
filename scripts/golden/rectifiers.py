"""Writes test/golden/graph/rectifiers.json: guided backpropagation and deconvolution in float64, by backward hooks on torch.nn.ReLU.

Run: python3 scripts/golden/rectifiers.py   (needs torch, onnx; after architectures.py)

Each NAME.onnx of test/golden/graph that has a Relu or a Clip from 0 (ReLU6) is computed node by node by PyTorch (layers.py), on the
first picture, its rectifiers being modules whose hooks replace their gradient as Captum's do; a bound above is a clamp behind them,
whose derivative is its own. For each rule: the gradient of the logit of the first class that
NAME.json lists, with respect to the picture and to a convolution in the middle of the network, at POSITIONS positions, with its largest
magnitude and its sum; "gradient": without hooks.
"""

import json

import numpy as np
import onnx
import torch

import layers

POSITIONS = 48
HOOKS = {
    "gradient": None,
    "guided": lambda module, grad_input, grad_output: (grad_input[0].clamp(min=0),),
    "deconvolution": lambda module, grad_input, grad_output: (grad_output[0].clamp(min=0),),
}


class Rectifiers:
    """Operators of layers.py whose rectifiers have a hook, counted as they are met."""

    def __init__(self, hook):
        self.hook = hook
        self.met = 0

    def relu(self, node, x):
        self.met += 1
        module = torch.nn.ReLU()
        if self.hook is not None:
            module.register_full_backward_hook(self.hook)
        return module(x)

    def clip(self, node, x, low=None, high=None):
        if low is None or low.item() != 0 or not x.requires_grad:
            return layers.clip(node, x, low, high)
        y = self.relu(node, x)
        return y if high is None else y.clamp(max=high.item())


def sampled(gradient):
    flat = gradient.reshape(-1)
    at = [(index * 997) % flat.numel() for index in range(POSITIONS)]
    return {
        "largest": flat.abs().max().item(),
        "sum": flat.sum().item(),
        "values": [float(f"{each:.9g}") for each in flat[at].tolist()],
    }


def gradients(path, picture, class_index):
    picture = picture.clone().requires_grad_(True)
    convolutions = {node.output[0] for node in onnx.load(path).graph.node if node.op_type == "Conv"}
    # layers_of clones what it is given, through which the gradient comes back.
    computed = layers.layers_of(path, picture, class_index)
    spatial = [(name, value) for name, value in computed if name in convolutions and value.shape[2] > 1]
    name, value = spatial[len(spatial) // 2]
    return picture.grad, name, list(value.shape), value.grad


def main():
    pictures = np.load(layers.FOLDER / "inputs.npy")
    picture = torch.from_numpy(pictures.reshape(-1, 3, 32, 32)[:1].copy()).double()
    found = {}
    for path in sorted(layers.FOLDER.glob("*.onnx")):
        if not any(node.op_type in ("Relu", "Clip") for node in onnx.load(path).graph.node):
            continue
        class_index = json.loads((layers.FOLDER / f"{path.stem}.json").read_text())["classes"][0]
        found[path.stem] = {"class": class_index}
        for rule, hook in HOOKS.items():
            rectifiers = Rectifiers(hook)
            layers.OPERATORS |= {"Relu": rectifiers.relu, "Clip": rectifiers.clip}
            own, name, shape, inner = gradients(path, picture, class_index)
            found[path.stem] |= {"relus": rectifiers.met, "layer": name, "shape": shape, rule: {"picture": sampled(own), "layer": sampled(inner)}}
        print(path.stem, found[path.stem]["relus"], found[path.stem]["layer"])
    (layers.FOLDER / "rectifiers.json").write_text(json.dumps(found, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
