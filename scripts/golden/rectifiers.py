"""Writes test/golden/graph/rectifiers.json: guided backpropagation and deconvolution in float64, by backward hooks on torch.nn.ReLU.

Run: python3 scripts/golden/rectifiers.py   (needs torch, onnx; after architectures.py)

Each NAME.onnx of test/golden/graph that has a Relu is computed node by node by PyTorch (layers.py), on the first picture, its Relus
being modules whose hooks replace their gradient as Captum's do. For each rule: the gradient of the logit of the first class that
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


def relu_with(hook):
    def relu(node, x):
        module = torch.nn.ReLU()
        if hook is not None:
            module.register_full_backward_hook(hook)
        return module(x)

    return relu


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
        relus = sum(node.op_type == "Relu" for node in onnx.load(path).graph.node)
        if relus == 0:
            continue
        class_index = json.loads((layers.FOLDER / f"{path.stem}.json").read_text())["classes"][0]
        found[path.stem] = {"class": class_index, "relus": relus}
        for rule, hook in HOOKS.items():
            layers.OPERATORS["Relu"] = relu_with(hook)
            own, name, shape, inner = gradients(path, picture, class_index)
            found[path.stem] |= {"layer": name, "shape": shape, rule: {"picture": sampled(own), "layer": sampled(inner)}}
        print(path.stem, relus, found[path.stem]["layer"])
    (layers.FOLDER / "rectifiers.json").write_text(json.dumps(found, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
