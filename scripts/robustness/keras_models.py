"""Random Keras 3 classifiers as .keras and .h5 files: Sequential, functional, nested; what their own runtime says of them."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import warnings

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

import pictures as common

warnings.filterwarnings("ignore")
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def normalization(mean, variance):
    return layers.Normalization(mean=mean, variance=variance)


def adapted(pixels, scale):
    layer = layers.Normalization()
    layer.adapt(pixels * scale)
    return layer


# name: (function of a tensor (and the pictures), how a pixel is fed, lens.json's input or None, is it knowable).
PREPROCESSINGS = {
    "spec-unit": (lambda x, p: layers.Rescaling(3.0, -1.5)(x), "unit", {"preset": "unit"}, True),
    "spec-byte": (lambda x, p: layers.Rescaling(1 / 127.5, -1)(x), "byte", {"preset": "byte"}, True),
    "spec-signed": (lambda x, p: x, "signed", {"preset": "signed"}, True),
    "unsaid-unit": (lambda x, p: x, "unit", None, False),
    "rescaling-255th": (lambda x, p: layers.Rescaling(1 / 255)(x), "byte", None, True),
    "rescaling-127th": (lambda x, p: layers.Rescaling(1 / 127.5, offset=-1)(x), "byte", None, True),
    "rescaling-unit": (lambda x, p: layers.Rescaling(2.0, offset=-1)(x), "unit", None, True),
    "normalization-bytes": (
        lambda x, p: normalization([123.7, 116.3, 103.5], [3409.9, 3262.7, 3291.9])(x),
        "byte",
        None,
        True,
    ),
    "normalization-unit": (lambda x, p: normalization([0.485, 0.456, 0.406], [0.052, 0.05, 0.051])(x), "unit", None, True),
    "normalization-adapted": (lambda x, p: adapted(p, 255)(x), "byte", None, True),
    "rescaling-normalization": (
        lambda x, p: normalization([0.485, 0.456, 0.406], [0.229**2, 0.224**2, 0.225**2])(layers.Rescaling(1 / 255)(x)),
        "byte",
        None,
        True,
    ),
    "preprocess-tf": (lambda x, p: keras.applications.mobilenet_v2.preprocess_input(x), "byte", None, True),
    "preprocess-caffe": (
        lambda x, p: layers.Rescaling(1 / 64)(keras.applications.vgg16.preprocess_input(x)),
        "byte",
        None,
        True,
    ),
    "preprocess-torch": (lambda x, p: keras.applications.densenet.preprocess_input(x), "byte", None, True),
    "divided": (lambda x, p: x / 255.0, "byte", None, True),
    "divided-less-1": (lambda x, p: x / 127.5 - 1.0, "byte", None, True),
    "flipped": (lambda x, p: layers.Rescaling(1 / 127.5, -1)(x[..., ::-1]), "byte", None, True),
    "batch-norm": (None, "byte", None, True),
    "resizing": (lambda x, p: layers.Rescaling(1 / 255)(layers.Resizing(9, 10)(x)), "byte", None, True),
    "rescaling-resizing": (lambda x, p: layers.Resizing(8, 8)(layers.Rescaling(1 / 255)(x)), "byte", None, True),
    "center-crop": (lambda x, p: layers.Rescaling(1 / 255)(layers.CenterCrop(9, 8)(x)), "byte", None, True),
    "augmented": (
        lambda x, p: layers.RandomRotation(0.1)(layers.RandomFlip("horizontal")(layers.Rescaling(1 / 255)(x))),
        "byte",
        None,
        True,
    ),
    "padded": (lambda x, p: layers.ZeroPadding2D(1)(layers.Rescaling(1 / 255)(x)), "byte", None, True),
}


def excited(x):
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Conv2D(4, 1, activation="relu")(gate)
    return layers.Multiply()([x, layers.Conv2D(x.shape[-1], 1, activation="sigmoid")(gate)])


def attention(x):
    x = layers.Conv2D(8, 2, strides=2)(x)
    x = layers.Reshape((-1, 8))(x)
    normal = layers.LayerNormalization()(x)
    return layers.GlobalAveragePooling1D()(layers.Add()([x, layers.MultiHeadAttention(2, 4)(normal, normal)]))


def mean(x):
    return layers.GlobalAveragePooling2D()(x)


BODIES = {
    "plain": lambda x: mean(layers.Conv2D(8, 3, activation="swish")(x)),
    "pooled": lambda x: mean(
        layers.Conv2D(8, 3, activation="gelu")(
            layers.MaxPooling2D()(layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(6, 3, use_bias=False)(x))))
        )
    ),
    "separable": lambda x: mean(
        layers.Conv2D(8, 1, activation="elu")(
            layers.DepthwiseConv2D(3, padding="same", activation="relu6")(layers.Conv2D(6, 3, strides=2, padding="same")(x))
        )
    ),
    "excited": lambda x: mean(excited(layers.Conv2D(8, 3, activation="tanh")(x))),
    "attention": attention,
    "groups": lambda x: mean(layers.Activation("silu")(layers.GroupNormalization(2)(layers.Conv2D(8, 3)(x)))),
    "flattened": lambda x: layers.Dense(8, activation="tanh")(
        layers.Flatten()(layers.Conv2D(3, 3, strides=2, activation="tanh")(x))
    ),
    "dropped": lambda x: layers.Dropout(0.3)(mean(layers.SeparableConv2D(8, 3, activation="softplus")(x))),
    "average": lambda x: mean(layers.AveragePooling2D(2, padding="same")(layers.Conv2D(8, 3, activation="selu")(x))),
}

# name: classes, function of features and a maker of the last layer, what the numbers are, is a warning fair.
HEADS = {
    "dense-softmax": (5, lambda f, last: last(activation="softmax")(f), "probabilities", False),
    "dense-then-softmax": (5, lambda f, last: layers.Activation("softmax")(last()(f)), "probabilities", False),
    "softmax-layer": (5, lambda f, last: layers.Softmax()(last()(f)), "probabilities", False),
    "logits": (5, lambda f, last: last()(f), "logits", False),
    "softmax-of-two": (2, lambda f, last: last(activation="softmax")(f), "probabilities", False),
    "sigmoids": (4, lambda f, last: last(activation="sigmoid")(f), "independent", False),
    "one-sigmoid": (1, lambda f, last: last(activation="sigmoid")(f), "positive-probability", False),
    "one-logit": (1, lambda f, last: last()(f), "positive-logit", False),
    "hard-sigmoids": (4, lambda f, last: last(activation="hard_sigmoid")(f), "independent", False),
    "one-hard-sigmoid": (1, lambda f, last: last(activation="hard_sigmoid")(f), "positive-probability", False),
    "log-softmax": (5, lambda f, last: last(activation="log_softmax")(f), "log-probabilities", False),
    "pairs": (6, lambda f, last: layers.Reshape((6,))(layers.Softmax()(layers.Reshape((3, 2))(last()(f)))), "independent", True),
    "spatial-softmax": (
        5,
        lambda f, last: layers.Flatten()(layers.Softmax(axis=-1)(layers.Reshape((1, 1, 5))(last()(f)))),
        "probabilities",
        False,
    ),
    "sigmoid-reshaped": (
        1,
        lambda f, last: layers.Reshape((1,))(layers.Activation("sigmoid")(layers.Reshape((1, 1, 1))(last()(f)))),
        "positive-probability",
        False,
    ),
    "permuted-sigmoids": (
        6,
        lambda f, last: layers.Flatten()(
            layers.Permute((2, 1))(layers.Activation("sigmoid")(layers.Reshape((2, 3))(last()(f))))
        ),
        "independent",
        False,
    ),
    "ops-softmax": (5, lambda f, last: ops.softmax(last()(f), axis=-1), "probabilities", False),
    "temperature": (5, lambda f, last: layers.Softmax()(last()(f) / 2.5), "probabilities", False),
    "rest-and-sigmoid": (1, "rest", "probabilities", False),
    "clipped": (5, lambda f, last: ops.clip(last(activation="softmax")(f), 0.05, 0.9), "probabilities", True),
    "without-background": (6, lambda f, last: last(activation="softmax")(f)[:, 1:], "independent", True),
    "rescaled-percent": (5, lambda f, last: layers.Rescaling(100.0)(last(activation="softmax")(f)), "percent", True),
    "tanh": (4, lambda f, last: last(activation="tanh")(f), "logits", True),
}

FORMS = ["functional", "nested", "wrapped", "sequential"]
# Bodies that are one layer after the other.
CHAINS = {"plain", "pooled", "separable", "groups", "flattened", "dropped", "average"}
FILES = ["keras", "h5"]
AXES = ["open", "fixed", "open-sides"]


def recipe_of(rng, deck):
    preprocessing, body = deck("preprocessing", list(PREPROCESSINGS)), deck("body", list(BODIES))
    axes = deck("axes", AXES) if rng.random() < 0.3 else "open"
    if axes == "open-sides" and (body in ("flattened", "attention") or preprocessing == "center-crop"):
        axes = "open"
    form = deck("form", FORMS)
    return {
        "body": deck("chain", sorted(CHAINS)) if form == "sequential" else body,
        "preprocessing": preprocessing,
        "head": deck("head", list(HEADS)),
        "form": form,
        "axes": axes,
        "outputs": deck("outputs", ["features-first", "two-heads-named"]) if rng.random() < 0.12 else "one",
        "file": deck("file", FILES),
    }


def fed(pixels, how):
    return pixels * 255 if how == "byte" else pixels * 2 - 1 if how == "signed" else pixels


def make(seed, recipe, folder):
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    height, width = (int(each) for each in rng.choice([10, 12, 14], 2))
    pictures = common.draw_pictures(rng, height, width, 3)
    prepare, how, spec_input, is_knowable = PREPROCESSINGS[recipe["preprocessing"]]
    classes, head, meaning, is_uncertain = HEADS[recipe["head"]]
    sides = (None, None) if recipe["axes"] == "open-sides" else (height, width)
    batch = 1 if recipe["axes"] == "fixed" else None
    inputs = keras.Input((*sides, 3), batch_size=batch)
    if prepare is None:
        norm = layers.BatchNormalization()
        x = norm(inputs)
        norm.set_weights(np.array([[1.1, 0.9, 1], [0.1, -0.2, 0], [121.3, 117.9, 104.2], [3745, 3410, 3981]], np.float32))
    else:
        x = prepare(inputs, pictures)
    body = BODIES[recipe["body"]]
    if recipe["form"] in ("functional", "sequential"):
        features = body(x)
    else:
        own = keras.Input(x.shape[1:], batch_size=batch)
        features = keras.Model(own, body(own))(x)
    extractor = keras.Model(inputs, features)
    for layer in extractor._flatten_layers():
        if isinstance(layer, layers.BatchNormalization) and prepare is not None:
            weights = layer.get_weights()
            size = len(weights[0])
            layer.set_weights(
                [weights[0], weights[1], rng.normal(0, 0.1, size), rng.uniform(0.5, 1.5, size)]
            )
    rows = np.concatenate([extractor(fed(each[None], how), training=False).numpy() for each in pictures])
    weights = common.calibrated(rng, rows, classes)
    made = []

    def last(**options):
        made.append(layers.Dense(classes, **options))
        return made[-1]

    if head == "rest":
        p = last(activation="sigmoid")(features)
        scores = layers.Concatenate()([1.0 - p, p])
    else:
        scores = head(features, last)
    made[0].set_weights(weights)
    outputs, scores_at = scores, None
    if recipe["outputs"] == "features-first":
        outputs, scores_at = [layers.ReLU(name="embedding")(features), scores], 1
    elif recipe["outputs"] == "two-heads-named":
        outputs, scores_at = [layers.Dense(4, activation="softmax", name="other")(features), scores], 1
    model = keras.Model(inputs, outputs)
    if recipe["form"] == "wrapped" and scores_at is None and batch is None:
        model = keras.Sequential([keras.Input((*sides, 3)), model])
    # `layers` leaves out operators such as x / 255: networks that have some, or that branch, stay functional.
    chain = model.operations[1:]
    if recipe["form"] == "sequential" and scores_at is None and head != "rest":
        if all(type(each).__module__.startswith("keras.src.layers") for each in chain):
            model = keras.Sequential([keras.Input((*sides, 3), batch_size=batch), *chain])
    name = "model." + recipe["file"]
    model.save(folder / name)

    def raw_of(x):
        result = model(x, training=False)
        return result if scores_at is None else result[scores_at]

    raws = [raw_of(tf.constant(fed(each[None], how))).numpy()[0] for each in pictures]
    probabilities = [common.probabilities_of(raw, meaning) for raw in raws]
    class_index = common.middling(probabilities[0])
    more, directions = {}, None
    p = probabilities[0][class_index]
    if p * (1 - p) > 1e-3:

        def gradient(point):
            x = tf.Variable(point[None])
            with tf.GradientTape() as tape:
                value = log_probability(tf.reshape(raw_of(fed(x, how)), [-1]), meaning, class_index)
            return tape.gradient(value, x).numpy()[0]

        directions, more["slopes"], more["integrated"] = common.slopes_of(rng, gradient(pictures[0]), pictures, gradient)
    spec = {}
    if spec_input:
        spec["input"] = dict(spec_input)
    if recipe["axes"] == "open-sides":
        spec["input"] = {**spec.get("input", {}), "height": height, "width": width}
    if recipe["outputs"] == "two-heads-named":
        spec["output"] = model.output_names[scores_at] if hasattr(model, "output_names") else model.outputs[scores_at].name
    if spec:
        (folder / "model.lens.json").write_text(common.json.dumps(spec))
    more["uncertain"] = ([] if is_knowable else ["scaling"]) + (["activation"] if is_uncertain else [])
    if more["uncertain"]:
        more["alternatives"] = common.alternatives([raws[0]], meaning, is_uncertain)
    more["saysScaling"] = spec_input is None and is_knowable
    kind = " ".join(f"{key}={value}" for key, value in recipe.items())
    common.write_expected(folder, name, kind, pictures, probabilities, class_index, more, directions)


def log_probability(raw, meaning, at):
    if meaning == "logits":
        return tf.nn.log_softmax(raw)[at]
    if meaning == "log-probabilities":
        return raw[at]
    if meaning == "positive-probability":
        return tf.math.log(raw[0] if at == 1 else 1 - raw[0])
    if meaning == "positive-logit":
        return tf.math.log_sigmoid(raw[0] if at == 1 else -raw[0])
    return tf.math.log(raw[at] / (100 if meaning == "percent" else 1))
