// The scripts of the page and of its tests, read by eslint.
//
// usage: lint.mjs MODULES: the folder that holds node_modules.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(resolve(process.argv[2], "package.json"));
const { ESLint } = require("eslint");
const { configs } = require("@eslint/js");
const { browser, node } = require("globals");

const files = { page: "experiments/report/page/*.js", tests: ["tests/browser/*.mjs", "bench/*.mjs"] };
const rules = { eqeqeq: "error", "no-shadow": "error", "no-var": "error", "prefer-const": "error" };
const eslint = new ESLint({
  cwd: fileURLToPath(new URL("../..", import.meta.url)),
  overrideConfigFile: true,
  overrideConfig: [
    { ...configs.recommended, rules: { ...configs.recommended.rules, ...rules } },
    { linterOptions: { reportUnusedDisableDirectives: "error" } },
    { files: [files.page], languageOptions: { globals: { ...browser, computed: "readonly" } } },
    { files: files.tests, languageOptions: { globals: { ...browser, ...node } } }, // parts of them run on the page
  ],
});
const read = await eslint.lintFiles([files.page, ...files.tests]);
const said = await (await eslint.loadFormatter("stylish")).format(read);
const problems = read.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
console.log(`${said}${read.length} scripts read, ${problems} problems`);
process.exit(problems > 0 ? 1 : 0);
