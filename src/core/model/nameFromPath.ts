/** A model's name by its path. "model.json" says nothing, so its folder names the model; exporters' folder names say nothing either. */
export function nameFromPath(file: string): string {
  const [own = '', folder = '', above = ''] = file
    .split(/[\\/]/)
    .filter((part) => part !== '')
    .reverse();
  const stem = own.replace(/\.json$/i, '');
  if (stem !== 'model') return stem;
  const telling = /^(tfjs.*|web_?model|model)$/i.test(folder) ? above : folder;
  return telling === '' ? stem : telling;
}
