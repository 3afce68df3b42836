import tseslint from "typescript-eslint";

// Typed rules: restrict-template-expressions, no-base-to-string and
// no-floating-promises catch an Output inside a string and a forgotten await.
export default tseslint.config(
    { ignores: ["dist/", "node_modules/", ".sandbox/", "coverage/", "**/*.js", "**/*.mjs"] },
    tseslint.configs.strictTypeChecked,
    tseslint.configs.stylisticTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: true } },
        rules: {
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
        },
    },
    {
        // mocha's describe/it return nothing that could be awaited, and node:assert narrows by throwing.
        files: ["test/**/*.ts"],
        rules: {
            "@typescript-eslint/no-non-null-assertion": "off",
        },
    },
);
