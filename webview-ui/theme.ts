import { oncePerFrame } from './dom';

/** What canvases need of the theme: they cannot use variables. */
export interface Theme {
  readonly foreground: string;
  readonly muted: string;
  readonly lines: string;
  /** Lines behind a chart, and curves that stay in the background. */
  readonly grid: string;
  readonly faint: string;
  readonly background: string;
  readonly accent: string;
  readonly second: string;
  readonly contrast: string | undefined;
  readonly font: string;
  readonly fontSize: number;
  readonly numberFont: string;
}

let current: Theme | undefined;
const listeners = new Set<() => void>();

export function theme(): Theme {
  current ??= readTheme();
  return current;
}

/** Calls `listener` after the theme changed, until the returned function is called. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** VS Code changes the variables on `<html style>` and the kind on `<body class>`. */
export function watchTheme(): void {
  const changed = oncePerFrame(() => {
    current = undefined;
    for (const listener of listeners) listener();
  });
  const observer = new MutationObserver(changed);
  const options = { attributes: true, attributeFilter: ['style', 'class', 'data-vscode-theme-kind'] };
  observer.observe(document.documentElement, options);
  observer.observe(document.body, options);
}

export function usesScreenReader(): boolean {
  return document.body.classList.contains('vscode-using-screen-reader');
}

function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const first = (...names: readonly string[]): string => names.map(read).find((value) => value !== '') ?? '';
  const foreground = first('--vscode-foreground', '--vscode-editor-foreground') || 'CanvasText';
  return {
    foreground,
    muted: first('--vscode-descriptionForeground') || foreground,
    lines: first('--vscode-contrastBorder', '--vscode-charts-lines', '--vscode-panel-border') || foreground,
    grid: first('--vscode-contrastBorder') === '' ? translucent(foreground, 12) : translucent(foreground, 35),
    faint: translucent(first('--vscode-charts-blue') || foreground, 45),
    background: first('--vscode-editor-background') || 'Canvas',
    accent: first('--vscode-charts-blue') || foreground,
    second: first('--vscode-charts-yellow') || foreground,
    contrast: first('--vscode-contrastBorder') || undefined,
    font: first('--vscode-font-family') || 'sans-serif',
    fontSize: Number.parseFloat(first('--vscode-font-size')) || 13,
    numberFont: first('--vscode-editor-font-family') || 'monospace',
  };
}

function translucent(color: string, percent: number): string {
  return `color-mix(in srgb, ${color} ${percent}%, transparent)`;
}
