/** Where the label of an image comes from. */
export const LABEL_SOURCES = ['user', 'file name', 'folder name', 'prediction'] as const;
