import eslint from '@eslint/js'
import type { ESLint } from 'eslint'
import { defineConfig } from 'eslint/config'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

export default defineConfig(
  { ignores: ['out', 'wasm/build', 'wasm/*/assembly', '.dependency-cruiser.cjs'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        // The launcher has the program's name, and TypeScript leaves it out in favour of meshctl.ts.
        projectService: { allowDefaultProject: ['src-main/cli/meshctl.js', 'src-main/cli/compile-cache.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // The house style (STYLE.md): exhaustive unions, no default exports, numbers read well in messages.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // One name for schema and type (rule 2 of the house) declares a const and a type of one name.
      '@typescript-eslint/no-redeclare': 'off',
      eqeqeq: 'error',
      // A function fits on a screen, and on one path through its branches.
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      complexity: ['error', { max: 15, variant: 'modified' }],
      'no-console': 'error',
    },
  },
  {
    files: [
      'src-main/cli/**',
      'src-main/**/*.bench.ts',
      'src-main/sim/main.ts',
      'src-main/soak.ts',
      'wasm/build.ts',
      'src-main/bench.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    // React's rules of hooks: call them always in the same order, and name all that an effect uses.
    files: ['src-renderer/**/*.{ts,tsx}'],
    // Its own types are of ESLint 9's plugins; it runs under 10, which its manifest names.
    plugins: { 'react-hooks': reactHooks as unknown as ESLint.Plugin },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'react-hooks/set-state-in-render': 'error',
      'react-hooks/immutability': 'error',
      'react-hooks/refs': 'error',
      'react-hooks/static-components': 'error',
      'react-hooks/error-boundaries': 'error',
    },
  },
  {
    // The classic script before the first paint: a browser's, and plain JavaScript.
    files: ['src-renderer/public/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { document: 'readonly', localStorage: 'readonly', matchMedia: 'readonly' } },
  },
  {
    // The launcher runs on any Node, also on those without what newer ones always have.
    files: ['src-main/cli/*.js'],
    languageOptions: { globals: { process: 'readonly' } },
    rules: { '@typescript-eslint/no-unnecessary-condition': 'off' },
  },
  {
    files: ['**/*.test.{ts,tsx}', '**/*.contract.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // A suite is one function that holds its cases; what counts is the length of each case.
    files: ['**/*.{test,spec,contract,fixture,bench}.{ts,tsx}'],
    rules: { 'max-lines-per-function': 'off' },
  },
)
