/** Names of the files beside a model file of this name that may describe it, the first that is there is the one that counts. */
export function descriptionNames(modelFile: string): readonly string[] {
  return [`${modelFile}.lens.json`, `${withoutEnding(modelFile)}.lens.json`, 'lens.json'];
}

function withoutEnding(name: string): string {
  return name.replace(/\.[^.]+$/, '');
}
