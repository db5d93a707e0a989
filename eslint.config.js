import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['**/vendor/**', 'node_modules/**', '.venv/**'] },
  js.configs.recommended,
  {
    files: ['fakefax/page/static/*.js', 'fakefax/page/report/*.js'],
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: globals.browser },
    rules: {
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Text becomes text nodes; use a template.' },
        { property: 'outerHTML', message: 'Text becomes text nodes; use a template.' },
        { property: 'insertAdjacentHTML', message: 'Text becomes text nodes; use a template.' },
        { property: 'dangerouslySetInnerHTML', message: 'Text becomes text nodes; use a template.' },
      ],
    },
  },
];
