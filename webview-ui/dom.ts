/** Text stays text; undefined is left out. */
export type Child = Node | string | undefined;

interface ElementOptions {
  readonly class?: string;
  readonly text?: string;
  readonly id?: string;
  readonly title?: string;
  readonly role?: string;
  readonly hidden?: boolean;
  /** Attributes by their names in markup; never `style`, which the page's policy refuses. */
  readonly attributes?: Readonly<Record<string, string>>;
}

type NativeTag = Exclude<keyof HTMLElementTagNameMap, `vscode-${string}`>;

/** A new element; strings among `children` become text, never markup. */
export function element<K extends NativeTag>(
  tag: K,
  options: ElementOptions = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  if (options.class !== undefined) created.className = options.class;
  if (options.text !== undefined) created.textContent = options.text;
  if (options.id !== undefined) created.id = options.id;
  if (options.title !== undefined) created.title = options.title;
  if (options.role !== undefined) created.setAttribute('role', options.role);
  if (options.hidden === true) created.hidden = true;
  for (const [name, value] of Object.entries(options.attributes ?? {})) created.setAttribute(name, value);
  append(created, children);
  return created;
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== undefined) parent.append(child);
}

export function replaceChildren(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...children.filter((child) => child !== undefined));
}

/** A codicon that carries no meaning of its own: the text beside it does. */
export function icon(name: string, className = ''): HTMLElement {
  return element('span', {
    class: `codicon codicon-${name} ${className}`.trim(),
    attributes: { 'aria-hidden': 'true' },
  });
}

let identifiers = 0;

/** An id that is unique within the page. */
export function uniqueId(prefix: string): string {
  identifiers += 1;
  return `${prefix}-${identifiers}`;
}

/** Runs `work` once in the next frame, however often it was asked for before. */
export function oncePerFrame(work: () => void): () => void {
  let scheduled = false;
  return () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      work();
    });
  };
}
