import { readHead } from '../../archives/readHead';
import type { Foreign, Place } from './place';
import { huggingFaceFolder, WEIGHTS_ALONE } from './huggingFace';

/** As much of a pickle as is searched for the names of classes; they stand before the weights. */
export const LONGEST_PICKLE = 1024 ** 2;

/** The first bytes of what torch.save wrote until 1.6: a pickle of a magic number. */
const LEGACY = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/** How weights without their network are brought here. */
export function exportOf(name: string): string {
  const load = /\.safetensors$/i.test(name) ? `safetensors.torch.load_file("${name}")` : `torch.load("${name}")`;
  return `Build the network in Python, load them with model.load_state_dict(${load}), and export it: torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), "model.onnx"), with the size of its pictures.`;
}

/** A pickle that is no archive: of older versions of PyTorch, or of anything else. */
export async function foreignPickle(place: Place): Promise<Foreign> {
  if (LEGACY.every((byte, index) => place.head[index] === byte))
    return foreignTorch(place, false, await readHead(place.file, LONGEST_PICKLE));
  if (/\.pdparams$/i.test(place.name))
    return {
      what: 'holds weights of PaddlePaddle, without the network',
      next: 'Build the network in Python, load them, and export it with paddle.onnx.export(model, "model", [paddle.static.InputSpec([1, 3, 224, 224])]).',
    };
  return {
    what: 'is a pickle of Python, which may hold code and is never run',
    next: 'Load it in Python, and export the model that it holds as ONNX.',
  };
}

/** What torch.save or torch.jit.save wrote, by the classes that its pickle names. */
export function foreignTorch(place: Place, isScript: boolean, pickle: Uint8Array): Foreign {
  const { name } = place;
  const text = new TextDecoder('latin1').decode(pickle);
  const exported = (model: string, more = ''): string =>
    `Export it in Python: torch.onnx.export(${model}, torch.zeros(1, 3, 224, 224), "model.onnx"${more}), with the size of its pictures.`;
  if (isScript)
    return {
      what: 'is a TorchScript program, which is never run here',
      next: exported(`torch.jit.load("${name}").eval()`, ', dynamo=False'),
    };
  const isOf = (module: string): boolean => text.includes(`c${module}`);
  if (isOf('ultralytics.'))
    return {
      what: 'is a model of Ultralytics in Python objects, which are never run',
      next: `Export it with “yolo export model=${name} format=onnx”.`,
    };
  if (isOf('models.yolo\n'))
    return {
      what: 'is a model of YOLOv5 in Python objects, which are never run',
      next: `Export it in YOLOv5's own folder with “python export.py --weights ${name} --include onnx”.`,
    };
  if (isOf('fastai.') || isOf('fastcore.'))
    return {
      what: 'is a learner of fast.ai in Python objects, which are never run',
      next: exported(`load_learner("${name}").model.eval()`),
    };
  if (text.includes('pytorch-lightning_version'))
    return {
      what: 'is a checkpoint of PyTorch Lightning, which holds weights without the network',
      next: `Export it in Python: MyModule.load_from_checkpoint("${name}").to_onnx("model.onnx", torch.zeros(1, 3, 224, 224)), with your module and the size of its pictures.`,
    };
  if (isModule(text))
    return {
      what: 'is a whole model of PyTorch in Python objects, which are never run',
      next: exported(`torch.load("${name}", weights_only=False).eval()`),
    };
  return (
    huggingFaceFolder(place) ?? {
      what: `is a checkpoint of PyTorch: weights, ${WEIGHTS_ALONE}`,
      next: exportOf(name),
    }
  );
}

/** Does a pickle name the class of a network, and not only those of tensors and lists? */
function isModule(text: string): boolean {
  return /c(torch\.nn\.modules|torchvision\.models|timm\.models|transformers\.models|torch\.fx)[.\w]*\n/.test(text);
}
