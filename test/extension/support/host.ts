import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commands, extensions, Uri, window, workspace } from 'vscode';
import type { TestApi } from '../../../src/extension/testApi';
import type { CommandId } from '../../../src/extension/manifest';
import type { PanelState } from '../../../src/protocol/panel';

const ID = 'gradient-lens.gradient-lens';

export function extension() {
  const found = extensions.getExtension<TestApi | undefined>(ID);
  assert.ok(found, `${ID} is not installed`);
  return found;
}

export async function api(): Promise<TestApi> {
  const exported = await extension().activate();
  assert.ok(exported, 'activate() returned no test interface');
  return exported;
}

/** A picture of the workspace, which is a copy of the samples. */
export function sample(name = 'sandal.png'): Uri {
  const folder = workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no workspace folder');
  return Uri.joinPath(folder.uri, name);
}

export function repositoryFile(...parts: string[]): string {
  return path.join(extension().extensionPath, ...parts);
}

export async function execute(command: CommandId, ...args: unknown[]): Promise<void> {
  await commands.executeCommand(command, ...args);
}

export async function until(condition: () => boolean | Promise<boolean>, what: string, seconds = 20): Promise<void> {
  for (const end = Date.now() + seconds * 1000; ;) {
    if (await condition()) return;
    if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain for ${what}.`);
    await delay(20);
  }
}

/** The state that the panel shows, of the kind that is expected. */
export function shown<Kind extends PanelState['kind']>(
  { panels }: TestApi,
  kind: Kind,
): Extract<PanelState, { kind: Kind }> {
  const state = panels.session?.state;
  assert.equal(state?.kind, kind, state?.kind === 'error' ? `${state.error.message} ${state.error.hint}` : undefined);
  return state as Extract<PanelState, { kind: Kind }>;
}

/** Closes all editors. A panel that was just made is among the tabs only a moment later. */
export async function closePanel({ panels, training }: TestApi): Promise<void> {
  await until(async () => {
    await window.tabGroups.close(window.tabGroups.all.flatMap((group) => group.tabs));
    return panels.session === undefined && !training.panel.open;
  }, 'the panels to close');
}
