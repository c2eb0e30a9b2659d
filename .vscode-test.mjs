import { defineConfig } from '@vscode/test-cli';

const output = process.env.GRADIENT_LENS_TEST_RESULT;

/** The extension's tests in the desktop VS Code: GRADIENT_LENS_DESKTOP=1 npm test. */
export default defineConfig({
  files: 'dist/test/**/*.test.js',
  workspaceFolder: 'samples',
  mocha: {
    timeout: 60_000,
    ...(output ? { reporter: 'json', reporterOptions: { output } } : {}),
  },
});
