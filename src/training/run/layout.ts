/** Folders of a run. */
export const FOLDERS = {
  watched: 'watched',
  checkpoints: 'checkpoints',
  model: 'model',
  state: 'state',
  maps: 'maps',
} as const;

/** The network as the run began with it, in the state folder. */
export const INITIAL_MODEL = 'network';

/** Begins the names of a watched image's files: its place and what of its name is safe in every file system. */
export function watchedStem(index: number, name: string): string {
  const safe = name
    .replace(/\.[^.]*$/, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .slice(0, 60);
  return `${String(index).padStart(2, '0')}-${safe}`;
}

export function checkpointName(step: number): string {
  return String(step).padStart(8, '0');
}

/** The step of a checkpoint's name, or undefined for other names. */
export function checkpointStep(name: string): number | undefined {
  return /^\d{8,15}$/.test(name) ? Number(name) : undefined;
}
