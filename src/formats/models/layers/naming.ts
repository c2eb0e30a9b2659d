/** A class name as Keras 3 writes it in paths: `DepthwiseConv2D` → `depthwise_conv2d`. */
export function snakeCase(className: string): string {
  return className
    .slice(0, 200)
    .replace(/^.*>/, '')
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Each name with a count behind it from its second use on. */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const used = new Map<string, number>();
  return names.map((name) => {
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}
