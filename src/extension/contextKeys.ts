import { commands } from 'vscode';
import type { ContextKeys } from './manifest';

const known = new Map<string, unknown>();

export function setContextKey<Key extends keyof ContextKeys>(key: Key, value: ContextKeys[Key]): void {
  if (known.get(key) === value) return;
  known.set(key, value);
  void commands.executeCommand('setContext', key, value);
}
