import type { Page } from 'playwright-core';
import type { PageName, Site } from './site';
import { type TestTheme, type ThemeName, themes } from './themes';

/** A page in a browser with a fake editor around it. */
export interface TestPage {
  readonly page: Page;
  /** Sends what an extension would post; typed arrays arrive as such. */
  send(message: unknown): Promise<void>;
  /** Sends what a request brings, if anything, and its answer. */
  answer(request: PostedMessage, outcome: unknown, brings?: object): Promise<void>;
  /** All that the page posted since the last call. */
  posted(): Promise<PostedMessage[]>;
  /** Two frames later: everything scheduled is drawn. */
  settle(): Promise<void>;
  setTheme(name: ThemeName): Promise<void>;
  /** What the page has broken: policy violations, console errors, exceptions. */
  problems(): Promise<string[]>;
  close(): Promise<void>;
}

interface PostedMessage {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly saved?: unknown;
  readonly bodyClass?: string;
}

/** What the fake editor keeps in the page. */
interface TestWindow {
  testPosted: PostedMessage[];
  testSaved: unknown;
  testViolations: string[];
  testTheme(theme: { bodyClass: string; kind: string; variables: Record<string, string> }): void;
}

/** What the fake editor reads out of the page's address. */
interface EditorOptions {
  readonly theme: TestTheme;
  readonly saved?: unknown;
  readonly bodyClass: string;
}

/**
 * Gives every document that the tab loads from now on a fake editor, with the options in its address:
 * a tab goes from test to test, because starting one costs more than most tests.
 */
export async function addEditor(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const asked = new URL(location.href).searchParams.get('editor');
    if (asked === null) return;
    const { theme, saved, bodyClass } = JSON.parse(asked) as EditorOptions;
    const target = window as unknown as TestWindow & { acquireVsCodeApi: unknown };
    target.testPosted = [];
    target.testSaved = saved;
    target.testViolations = [];
    target.testTheme = ({ bodyClass, kind, variables }) => {
      const { style } = document.documentElement;
      for (const property of [...style]) style.removeProperty(property);
      for (const [key, value] of Object.entries(variables)) style.setProperty(`--vscode-${key}`, value);
      document.body.className = bodyClass;
      document.body.dataset.vscodeThemeKind = kind;
    };
    let acquired = false;
    target.acquireVsCodeApi = () => {
      if (acquired) throw new Error('The editor gives its API only once.');
      acquired = true;
      return {
        postMessage: (message: PostedMessage) => void target.testPosted.push(message),
        getState: () => target.testSaved,
        setState: (state: unknown) => {
          // As in the editor: what cannot be JSON is lost.
          target.testSaved = JSON.parse(JSON.stringify(state));
        },
      };
    };
    document.addEventListener('securitypolicyviolation', (event) =>
      target.testViolations.push(
        `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      ),
    );
    const observer = new MutationObserver(() => {
      const exists = document.body as HTMLElement | null;
      if (exists === null) return;
      observer.disconnect();
      target.testTheme({ ...theme, bodyClass: `${theme.bodyClass} ${bodyClass}`.trim() });
      // The editor's own rules for webviews, in the layer where it puts them.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        '@layer vscode-default { body { margin: 0; padding: 0 20px; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); } img, video { max-width: 100%; } a:focus, input:focus, select:focus, textarea:focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px; } }',
      );
      document.adoptedStyleSheets.push(sheet);
    });
    observer.observe(document, { childList: true, subtree: true });
  });
}

/** Opens one of the product's pages in a tab that {@link addEditor} prepared; `release` gets the tab when the test closes it. */
export async function openPage(
  page: Page,
  site: Site,
  name: PageName,
  options: OpenOptions,
  release: () => void,
): Promise<TestPage> {
  const { theme = 'dark', width = 1280, height = 900, saved, bodyClass = '' } = options;
  await page.setViewportSize({ width, height });
  await page.mouse.move(0, 0);
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  const editor: EditorOptions = { theme: themes[theme], saved, bodyClass };
  await page.goto(`${site.address(name)}?${new URLSearchParams({ editor: JSON.stringify(editor) }).toString()}`, {
    waitUntil: 'load',
  });
  const isReady = () =>
    page.evaluate(() => (window as unknown as TestWindow).testPosted.some(({ type }) => type === 'ready'));
  for (let attempt = 0; !(await isReady()); attempt++) {
    if (attempt === 100) throw new Error(`The page did not start: ${errors.join(' ')}`);
    await page.waitForTimeout(50);
  }

  const settle = (): Promise<void> =>
    page.evaluate(
      () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
    );
  const test: TestPage = {
    page,
    settle,
    async answer({ id }, outcome, brings) {
      if (brings !== undefined) await test.send({ ...brings, request: id });
      await test.send({ type: 'answer', id, outcome });
    },
    async send(message) {
      await page.evaluate((packed) => {
        const bytesOf = (text: string): ArrayBuffer =>
          Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
        const revived: unknown = JSON.parse(packed, (_key, value: unknown) => {
          if (typeof value !== 'object' || value === null) return value;
          if ('testFloats' in value) return new Float32Array(bytesOf(String(value.testFloats)));
          if ('testSignedBytes' in value) return new Int8Array(bytesOf(String(value.testSignedBytes)));
          if ('testBytes' in value) return new Uint8Array(bytesOf(String(value.testBytes)));
          return 'testNumber' in value ? Number(value.testNumber) : value;
        });
        window.postMessage(revived);
      }, pack(message));
      // Decoding a picture takes some turns of the event loop.
      await page.waitForTimeout(60);
      await settle();
    },
    posted: () =>
      page.evaluate(() => {
        const target = window as unknown as TestWindow;
        return target.testPosted.splice(0).map((message) => JSON.parse(JSON.stringify(message)) as PostedMessage);
      }),
    async setTheme(next) {
      await page.evaluate((theme) => (window as unknown as TestWindow).testTheme(theme), {
        ...themes[next],
        variables: { ...themes[next].variables },
      });
      await settle();
    },
    problems: async () => [...errors, ...(await page.evaluate(() => (window as unknown as TestWindow).testViolations))],
    close() {
      page.removeAllListeners();
      release();
      return Promise.resolve();
    },
  };
  return test;
}

/** JSON that carries typed arrays and numbers that JSON has not. */
function pack(message: unknown): string {
  return JSON.stringify(message, (_key, value: unknown) => {
    if (value instanceof Float32Array) return { testFloats: base64(value) };
    if (value instanceof Int8Array) return { testSignedBytes: base64(value) };
    if (value instanceof Uint8Array) return { testBytes: base64(value) };
    return typeof value === 'number' && !Number.isFinite(value) ? { testNumber: String(value) } : value;
  });
}

function base64(view: Float32Array | Uint8Array | Int8Array): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');
}
