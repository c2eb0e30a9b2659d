"""Random torch classifiers, exported to ONNX by both exporters, some of them quantised or halved afterwards."""

import logging
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn as nn

import pictures as common
from torch_parts import BODIES, HEADS, MEAN, PREPROCESSINGS, STD, Lambda, flattened

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
torch.backends.nnpack.set_flags(False)
# The exporters do not know the fused attention of evaluation.
torch.backends.mha.set_fastpath_enabled(False)
for name in ("torch.onnx", "onnxscript", "root"):
    logging.getLogger(name).setLevel(logging.ERROR)

OUTPUTS = ["one", "features-first", "features-last", "label-first", "two-heads-named", "two-heads"]
AFTERWARDS = ["none", "qdq", "whole-operators", "dynamic", "half"]
EXPORTERS = ["script", "dynamo"]
AXES = ["fixed", "fixed-four", "open", "open-sides"]


class Network(nn.Module):
    def __init__(self, prepare, body, head, last, outputs, other):
        super().__init__()
        self.prepare, self.body, self.last, self.head = Lambda(prepare), body, last, Lambda(head)
        self.outputs, self.other = outputs, other

    def forward(self, x):
        features = self.body(self.prepare(x))
        scores = self.head(self.last(features))
        if self.outputs == "features-first":
            return features * 1.0, scores
        if self.outputs == "features-last":
            return scores, features * 1.0
        if self.outputs == "label-first":
            return scores.argmax(1), scores
        if self.outputs == "two-heads-named":
            return torch.softmax(self.other(features), 1), scores
        if self.outputs == "two-heads":
            return scores, torch.softmax(self.other(features), 1)
        return scores


def recipe_of(rng, deck):
    """A choice of each part; `deck` gives each choice of a part once before any comes again."""
    head = deck("head", list(HEADS))
    outputs = deck("outputs", OUTPUTS) if rng.random() < 0.3 else "one"
    if outputs == "label-first" and HEADS[head][0] == 1:
        outputs = "one"
    exporter = "dynamo" if rng.random() < 0.25 else "script"
    after = deck("after", AFTERWARDS) if rng.random() < 0.5 else "none"
    preprocessing = deck("preprocessing", list(PREPROCESSINGS))
    axes = deck("axes", AXES)
    body = deck("body", list(BODIES))
    if axes == "open-sides" and (body in ("flattened", "attention", "shuffled") or exporter == "dynamo"):
        axes = "open"
    if axes == "fixed-four" and body == "standardised":
        axes = "fixed"
    if after == "half" and PREPROCESSINGS[preprocessing][1] == "uint8":
        after = "none"
    return {
        "body": body,
        "preprocessing": preprocessing,
        "head": head,
        "outputs": outputs,
        "exporter": exporter,
        "axes": axes,
        "after": after,
        "opset": int(rng.integers(18, 21) if exporter == "dynamo" else rng.integers(11, 20)),
    }


def fed(pixels, how, layout):
    """Pixels in [0, 1] (torch, n × h × w × c) as a user of the model feeds them, differentiable unless whole numbers."""
    x = pixels.permute(0, 3, 1, 2)
    if how == "torchvision":
        x = (x - MEAN) / STD
    elif how == "byte":
        x = x * 255
    elif how == "signed":
        x = x * 2 - 1
    elif how == "uint8":
        x = x * 255
    return x if layout == "nchw" else x.permute(0, 2, 3, 1)


def make(seed, recipe, folder):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    height, width = (int(each) for each in rng.choice([10, 12, 14], 2))
    pictures = common.draw_pictures(rng, height, width, 3)
    prepare, how, spec_input, layout, is_knowable = PREPROCESSINGS[recipe["preprocessing"]]
    classes, head, meaning, is_uncertain = HEADS[recipe["head"]]
    pixels = torch.from_numpy(pictures)
    with torch.no_grad():
        prepared = prepare(fed(pixels, how, layout))
        if recipe["body"] == "flattened":
            body, size = flattened(3, *prepared.shape[2:])
        else:
            body, size = BODIES[recipe["body"]](3)
        for module in body.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
        body.eval()
        features = torch.cat([body(each[None]) for each in prepared]).numpy()
        last, other = nn.Linear(size, classes), nn.Linear(size, 4)
        weights, bias = common.calibrated(rng, features, classes)
        last.weight.copy_(torch.from_numpy(weights.T))
        last.bias.copy_(torch.from_numpy(bias))
    net = Network(prepare, body, head, last, recipe["outputs"], other).eval()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    model_file = folder / "model.onnx"
    names, scores_at = export(net, recipe, fed(pixels, how, layout), how, layout, model_file)
    scores_name = names[scores_at]
    spec = {}
    if spec_input:
        spec["input"] = dict(spec_input)
    if recipe["axes"] == "open-sides":
        spec["input"] = {**spec.get("input", {}), "height": height, "width": width}
    if recipe["outputs"] == "two-heads-named":
        spec["output"] = scores_name
    if spec:
        (folder / "model.lens.json").write_text(common.json.dumps(spec))

    def raw_of(x):
        outputs = net(x)
        return outputs[scores_at] if isinstance(outputs, tuple) else outputs

    with torch.no_grad():
        raws = [raw_of(fed(each[None], how, layout)).numpy() for each in pixels]
    more, directions = {}, None
    count = 4 if recipe["axes"] == "fixed-four" else 1
    run = runner(model_file, how, layout, count)
    exported = [run(each[None])[scores_name][0] for each in pixels]
    drift = max(float(np.abs(common.probabilities_of(a, meaning) - common.probabilities_of(b, meaning)).max()) for a, b in zip(raws, exported))
    if recipe["after"] == "none":
        if drift > 1e-4:
            raise RuntimeError(f"the exporter's file differs from torch by {drift:.1e}")
        probabilities = [common.probabilities_of(raw, meaning) for raw in raws]
    else:
        afterwards(recipe, model_file, fed(pixels, how, layout), how, count)
        plain = runner(model_file, how, layout, count, optimised=False)
        raws = [plain(each[None])[scores_name][0] for each in pixels]
        probabilities = [common.probabilities_of(raw, meaning) for raw in raws]
        # What ONNX Runtime itself leaves open: its optimisations, and rounding to steps after the last bits of the input.
        spread = 0.0
        for run in (runner(model_file, how, layout, count), plain):
            for at, picture in enumerate(pixels):
                for _ in range(8):
                    moved = picture * (1 + 1e-6 * torch.randn(picture.shape))
                    other_p = common.probabilities_of(run(moved[None])[scores_name][0], meaning)
                    spread = max(spread, float(np.abs(other_p - probabilities[at]).max()))
        # A half holds 11 bits.
        more["tolerance"] = common.TOLERANCE + 2 * spread + (2**-11 if recipe["after"] == "half" else 0)
    class_index = common.middling(probabilities[0])
    p = probabilities[0][class_index]
    if recipe["after"] == "none" and how != "uint8" and p * (1 - p) > 1e-3:

        def gradient(point):
            x = torch.from_numpy(point)[None].requires_grad_()
            raw = raw_of(fed(x, how, layout)).reshape(-1)
            log_probability(raw, meaning, class_index).backward()
            return x.grad[0].numpy()

        directions, more["slopes"], more["integrated"] = common.slopes_of(rng, gradient(pictures[0]), pictures, gradient)
    uncertain = []
    uncertain += [] if is_knowable else ["scaling"]
    uncertain += ["activation"] if is_uncertain else []
    uncertain += ["output"] if recipe["outputs"] == "two-heads" else []
    if uncertain:
        outputs = runner(model_file, how, layout, count)(pixels[:1])
        more["alternatives"] = common.alternatives([outputs[scores_name][0]], meaning, is_uncertain)
        if "output" in uncertain:
            more["alternatives"] += common.alternatives([outputs["other"][0]], "probabilities", False)
    more["uncertain"] = uncertain
    more["saysScaling"] = spec_input is None and is_knowable
    kind = " ".join(f"{key}={value}" for key, value in recipe.items())
    common.write_expected(folder, "model.onnx", kind, pictures, probabilities, class_index, more, directions)


def log_probability(raw, meaning, at):
    if meaning == "logits":
        return torch.log_softmax(raw, 0)[at]
    if meaning == "log-probabilities":
        return raw[at]
    if meaning == "positive-probability":
        return torch.log(raw[0] if at == 1 else 1 - raw[0])
    if meaning == "positive-logit":
        return nn.functional.logsigmoid(raw[0] if at == 1 else -raw[0])
    return torch.log(raw[at] / (100 if meaning == "percent" else 1))


def export(net, recipe, sample, how, layout, file):
    axes, outputs = recipe["axes"], recipe["outputs"]
    count = 4 if axes == "fixed-four" else 1
    # The dynamo exporter takes a batch of 1 for a constant.
    example = sample[:1].repeat(count if axes.startswith("fixed") else 2, 1, 1, 1)
    if how == "uint8":
        example = example.round().to(torch.uint8)
    names = {
        "features-first": ["features", "scores"],
        "features-last": ["scores", "features"],
        "label-first": ["label", "scores"],
        "two-heads-named": ["other", "scores"],
        "two-heads": ["scores", "other"],
    }.get(outputs, ["scores"])
    sides = (2, 3) if layout == "nchw" else (1, 2)
    dynamic = {0: "batch"} if axes.startswith("open") else {}
    if axes == "open-sides":
        dynamic |= {sides[0]: "height", sides[1]: "width"}
    if recipe["exporter"] == "script":
        torch.onnx.export(
            net,
            (example,),
            file,
            dynamo=False,
            opset_version=recipe["opset"],
            input_names=["input"],
            output_names=names,
            dynamic_axes={"input": dynamic, **{name: {0: "batch"} for name in names}} if dynamic else None,
        )
    else:
        shapes = ({0: torch.export.Dim("batch")},) if dynamic else None
        torch.onnx.export(
            net,
            (example,),
            file,
            dynamo=True,
            opset_version=recipe["opset"],
            input_names=["input"],
            output_names=names,
            dynamic_shapes=shapes,
            external_data=False,
            verbose=False,
        )
    return names, names.index("scores")


def runner(file, how, layout, count, optimised=True):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]

    def run(pixels):
        x = fed(pixels, how, layout).numpy()
        x = np.repeat(x, count, 0)
        x = np.round(x).astype(np.uint8) if how == "uint8" else np.ascontiguousarray(x, np.float32)
        return dict(zip(names, session.run(None, {session.get_inputs()[0].name: x})))

    return run


def afterwards(recipe, file, sample, how, count):
    from onnxruntime import quantization

    after = recipe["after"]
    if after == "half":
        from onnxruntime.transformers.float16 import convert_float_to_float16

        onnx.save(convert_float_to_float16(onnx.load(file), keep_io_types=True), file)
        return
    result = file.with_name("quantised.onnx")
    if after == "dynamic":
        quantization.quantize_dynamic(file, result, weight_type=quantization.QuantType.QUInt8)
    else:
        x = sample.numpy()
        x = np.round(x).astype(np.uint8) if how == "uint8" else np.ascontiguousarray(x, np.float32)
        rows = iter([{"input": np.repeat(each[None], count, 0)} for each in x])

        class Reader(quantization.CalibrationDataReader):
            def get_next(self):
                return next(rows, None)

        form = quantization.QuantFormat.QDQ if after == "qdq" else quantization.QuantFormat.QOperator
        quantization.quantize_static(
            file,
            result,
            Reader(),
            quant_format=form,
            per_channel=recipe["opset"] >= 13 and recipe["opset"] % 2 == 0,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )
    result.replace(file)
