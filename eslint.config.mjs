import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      '**/*.mjs',
      '.cache/**',
      '.vscode-test/**',
      'test/vscode-host/**',
      'bin/**',
      '.dependency-cruiser.cjs',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/cli/**'],
    ignores: ['src/cli/terminal.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        ...['stdout', 'stderr'].map((property) => ({
          object: 'process',
          property,
          message: 'Text of models and files is made printable in terminal.ts.',
        })),
      ],
    },
  },
  {
    files: ['src/extension/**'],
    ignores: ['src/extension/notify.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['showErrorMessage', 'showWarningMessage', 'showInformationMessage', 'createOutputChannel'].map(
          (property) => ({
            object: 'window',
            property,
            message: 'Text of models and files is made printable in notify.ts.',
          }),
        ),
      ],
    },
  },
  {
    // Typed arrays are indexed within their length by construction; `!` says so.
    files: ['test/**', 'scripts/**', 'bench/**'],
    rules: { 'max-lines': 'off', '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }] },
  },
);
