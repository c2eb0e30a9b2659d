/** What a result can be exported as; a kind says which of them its results have. */
export const EXPORT_FORMATS = ['overlay-png', 'map-npy', 'record-json', 'adversarial', 'figure-png'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
