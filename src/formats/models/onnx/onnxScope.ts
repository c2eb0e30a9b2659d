/**
 * The module of PyTorch that a node was exported from ("layer1.0.conv1"): from the metadata of newer exporters
 * (`pkg.torch.onnx.name_scopes`, a Python list from the outermost module in, the node's own name last), or from the node's name as
 * older ones make it ("/layer1/layer1.0/conv1/Conv"). Undefined: neither tells, or the node is of the outermost module.
 */
export function torchScope(name: string, metadata: ReadonlyMap<string, string>): string | undefined {
  const scopes = metadata.get('pkg.torch.onnx.name_scopes');
  if (scopes !== undefined) {
    const names = Array.from(scopes.matchAll(/'([^']*)'/g), ([, each]) => each!);
    return names.at(-2) === '' ? undefined : names.at(-2);
  }
  if (!name.startsWith('/')) return undefined;
  const parts: string[] = [];
  for (const part of name.split('/').slice(1, -1)) {
    // A member of a list is written behind the list, whose name it repeats.
    if (part.startsWith(`${parts.at(-1) ?? ''}.`)) parts.pop();
    parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join('.');
}
