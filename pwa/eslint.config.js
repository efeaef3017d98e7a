import { join } from 'node:path';
import tseslint from 'typescript-eslint';

// Run from the repository's root, so that the tests, which live beside the other tests, are inside its reach.
export default tseslint.config(
  { ignores: ['**/node_modules/', 'pwa/dist/'] },
  {
    files: ['pwa/**/*.ts', 'pwa/**/*.tsx', 'tests/pwa/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'tsconfig.worker.json', 'tsconfig.tests.json'].map((name) => join(import.meta.dirname, name)),
      },
    },
  },
  {
    files: ['tests/pwa/**/*.ts'],
    // node:test returns a promise from test() that nobody needs to await.
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  { files: ['pwa/*.mjs', 'pwa/*.js'], extends: [tseslint.configs.recommended] },
);
