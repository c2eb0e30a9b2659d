import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { workspace } from 'vscode';
import { settings } from '../../src/extension/config';
import {
  IMAGE_EXTENSIONS,
  PANEL_VIEW_TYPE,
  TRAINING_VIEW_TYPE,
  viewIds,
  WALKTHROUGH_ID,
} from '../../src/extension/manifest';
import { repositoryFile } from './support/host';

interface MenuItem {
  /** A submenu has none. */
  readonly command?: string;
  readonly when?: string;
}
interface Declared {
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}
interface Manifest {
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly views: { readonly gradientLens: readonly { readonly id: string; readonly icon: string }[] };
    readonly configuration: { readonly properties: Readonly<Record<string, Declared>> };
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly { readonly media: { readonly svg: string } }[];
    }[];
  };
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(repositoryFile(name), 'utf8'));
}

describe('manifest', () => {
  const text = () => readFileSync(repositoryFile('package.json'), 'utf8');
  const manifest = () => readJson('package.json') as Manifest;

  it('has a text for every key, and a key for every text', () => {
    const used = new Set([...text().matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].sort(), Object.keys(readJson('package.nls.json') as object).sort());
  });

  it('names commands that exist in menus, texts and views', () => {
    const contributed = new Set(manifest().contributes.commands.map(({ command }) => command));
    const texts = text() + readFileSync(repositoryFile('package.nls.json'), 'utf8');
    const named = [
      ...Object.values(manifest().contributes.menus).flatMap((items) => items.flatMap(({ command }) => command ?? [])),
      ...[...texts.matchAll(/(?:command|onCommand):(gradientLens\.\w+)/g)].map(([, id]) => id!),
    ];
    assert.ok(named.length > 20);
    assert.deepEqual(
      [...new Set(named)].filter((id) => !contributed.has(id)),
      [],
    );
  });

  it('offers the same pictures in every menu as in the code', () => {
    const conditions = Object.values(manifest().contributes.menus)
      .flat()
      .flatMap(({ when }) => /resourceExtname =~ \/(.*)\/i/.exec(when ?? '')?.[1] ?? []);
    assert.ok(conditions.length >= 6);
    const extensions = ['.png', '.PNG', '.jpg', '.jpeg', '.bmp', '.gif', '.webp', '.avif', '.tif', '.tiff'];
    const others = ['.pngx', '.json', 'xpng', '.tifff', '.py', ''];
    for (const condition of conditions) {
      const pattern = new RegExp(condition, 'i');
      for (const name of [...extensions, ...others]) assert.equal(pattern.test(name), extensions.includes(name), name);
    }
    for (const name of [...extensions, ...others])
      assert.equal(IMAGE_EXTENSIONS.test(`a${name}`), extensions.includes(name), name);
  });

  it('declares every setting that is read, with the same default', () => {
    const declared = manifest().contributes.configuration.properties;
    assert.deepEqual(
      Object.values(settings)
        .map(({ id }) => `gradientLens.${id}`)
        .sort(),
      Object.keys(declared).sort(),
    );
    for (const setting of Object.values(settings))
      assert.deepEqual(
        setting.read(),
        workspace.getConfiguration('gradientLens').inspect(setting.id)?.defaultValue,
        setting.id,
      );
  });

  it('allows of every setting what is read', () => {
    const declared = manifest().contributes.configuration.properties;
    const allowed = Object.values(settings).map(({ id, schema }) => {
      const { minimum, maximum, enum: choices } = declared[`gradientLens.${id}`] ?? {};
      if ('range' in schema) assert.deepEqual([minimum, maximum], [schema.range.minimum, schema.range.maximum], id);
      if ('options' in schema) assert.deepEqual(choices, schema.options, id);
      return 'range' in schema || 'options' in schema;
    });
    assert.ok(allowed.filter(Boolean).length >= 6);
  });

  it('declares the views, the panel and the walkthrough, with files that exist', () => {
    const { icon, activationEvents, contributes } = manifest();
    assert.deepEqual(contributes.views.gradientLens.map(({ id }) => id).sort(), Object.values(viewIds).sort());
    assert.deepEqual(
      activationEvents,
      [PANEL_VIEW_TYPE, TRAINING_VIEW_TYPE].map((type) => `onWebviewPanel:${type}`),
    );
    assert.deepEqual(
      contributes.walkthroughs.map(({ id }) => id),
      [WALKTHROUGH_ID],
    );
    const files = [
      icon,
      ...contributes.views.gradientLens.map((view) => view.icon),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg)),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(repositoryFile(file))),
      [],
    );
  });
});
