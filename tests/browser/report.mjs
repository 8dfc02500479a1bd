// The page of a report as its readers meet it, in a browser that may ask for nothing.
//
// usage: report.mjs PROGRAM MODULES CHROMIUM [NAME ...]: MODULES holds node_modules; NAMEs choose tests.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { colours_of, data_of, downloaded, open as open_in, parsed } from "./page.mjs";

const [program, modules, executablePath, ...chosen] = process.argv.slice(2);
const require = createRequire(resolve(modules, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const work = mkdtempSync(join(tmpdir(), "stillpoint-report-"));
const small = `[study]
name = small
seeds = 20
[grid]
study.arm = none tcr
[network]
size = 20
gain = 2
[integration]
dt_ms = 10
[training]
updates = 12
batch = 4
criterion = 0.55
`;
const hostile = "</script><img src=x onerror=alert(1)>";

/** Half as white as paper, half blue. */
const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><path d="M0 0h200v100H0z" fill="#FFFFFF"/><path d="M100 0h100v100h-100z" fill="#0072B2"/></svg>';

/** The page of a study that is run for it; `files` lie beside it. */
function page_of(name, settings = [], files = {}) {
  const [study, out] = [join(work, `${name}.ini`), join(work, name)];
  writeFileSync(study, small);
  const words = settings.flatMap((each) => ["--set", each]);
  execFileSync(program, ["run", study, "--out", out, "--quiet", ...words], { stdio: "pipe" });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(out, file), text);
  execFileSync(program, ["report", out], { stdio: "pipe" });
  return join(out, "report.html");
}
const pages = {
  twenty: page_of("twenty", [], { "picture.svg": picture }),
  one: page_of("one", ["study.seeds=1", "study.arm=none"]),
  diverged: page_of("diverged", ["study.seeds=2", "network.nonlinearity=relu", "network.gain=3", "optimizer.name=sgd",
                                 "optimizer.rate=1e9", "optimizer.clip=0"]),
  hostile: page_of("hostile", ["study.seeds=1", `study.name=${hostile}`]),
};

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const open = (file, options) => open_in(browser, file, options);

const tests = {
  async opens_without_asking_for_anything() {
    for (const [name, file] of Object.entries(pages)) {
      const { page, problems, requests } = await open(file);
      assert.deepEqual(problems, [], name);
      assert.equal(requests.length, 1, name);
      assert.ok((await page.locator("article").count()) > 0, name);
    }
  },
  async every_panel_shows_something() {
    for (const [name, file] of Object.entries(pages)) {
      const { page } = await open(file);
      const panels = page.locator(".panel:not([hidden]) svg");
      assert.ok((await panels.count()) >= 4);
      for (const panel of await panels.all()) {
        const drawn = await panel.evaluate((node) => node.parentElement.dataset.name);
        const of_network = /^(spectrum|neurons|ramps)-/.test(drawn);
        if (of_network) assert.ok((await panel.locator("polyline, path").count()) > 1, drawn);
        else if (name !== "diverged" || !drawn.startsWith("learning-curves")) // runs that diverge at once have no curve
          assert.ok((await panel.locator(".series polyline, .series circle, .series text").count()) > 0, name);
        assert.ok((await panel.locator("text").count()) > 2);
        const box = await panel.boundingBox();
        assert.ok(box.width > 200 && box.height > 50);
      }
    }
  },
  async numbers_are_those_of_the_summary() {
    const { page } = await open(pages.twenty);
    const summary = JSON.parse(execFileSync(program, ["summary", join(work, "twenty"), "--format", "json"], { encoding: "utf8" }));
    const data = await data_of(page);
    assert.deepEqual(data.summary, summary);
    const shown = await page.locator("#conditions tbody tr").allTextContents();
    assert.equal(shown.length, 2);
  },
  async a_run_is_named_where_the_pointer_is() {
    const { page } = await open(pages.twenty);
    const svg = page.locator("#learning-curves .panel:not([hidden]) svg");
    await svg.scrollIntoViewIfNeeded();
    const at = await svg.evaluate((node) => {
      const line = node.querySelector(".run polyline");
      const middle = line.points[Math.floor(line.points.length / 2)];
      const place = new DOMPoint(middle.x, middle.y).matrixTransform(node.getScreenCTM());
      return [place.x, place.y];
    });
    await page.mouse.move(...at);
    await page.locator("#tip").waitFor({ state: "visible" });
    assert.match(await page.locator("#tip").textContent(), /seed \d+, (reached|not reached)/);
    await page.mouse.move(1, 1);
    await page.locator("#tip").waitFor({ state: "hidden" });
  },
  async conditions_are_shown_or_not() {
    const { page } = await open(pages.twenty);
    const parts = page.locator('.panel:not([hidden]) [data-condition="0"]');
    const button = page.locator('[data-toggle="0"]');
    assert.ok(await parts.first().isVisible());
    await button.click();
    assert.equal(await button.getAttribute("aria-pressed"), "false");
    for (const part of await parts.all()) assert.ok(!(await part.isVisible()));
    await button.click();
    assert.ok(await parts.first().isVisible());
  },
  async a_condition_that_is_not_shown_leaves_no_gap() {
    const { page } = await open(pages.twenty);
    const svg = page.locator('.panel[data-name="shares"] svg');
    const [row, axis] = [svg.locator('[data-condition="1"] text').first(), svg.locator(".axis text").first()];
    const places = async () => {
      const [whole, ...parts] = await Promise.all([svg, row, axis].map((each) => each.boundingBox()));
      return { height: whole.height, from_top: parts.map(({ y }) => y - whole.y) };
    };
    const all = await places();
    await page.locator('[data-toggle="0"]').click();
    const fewer = await places();
    const moved = all.height - fewer.height;
    assert.ok(moved > 10, `${moved} pixels`);
    for (const i of [0, 1]) assert.ok(Math.abs(all.from_top[i] - fewer.from_top[i] - moved) < 1);
    const { text } = await downloaded(page, page.locator("figure#shares [data-svg]"));
    const [, height] = text.match(/ height="([0-9.]+)pt"/);
    assert.ok(Math.abs(height / 252.28 - fewer.height / (await svg.boundingBox()).width) < 0.01); // as it is seen
    await page.locator('[data-toggle="0"]').click();
    assert.deepEqual(await places(), all);
  },
  async what_is_folded_is_not_printed_and_a_printed_page_is_light() {
    const { page } = await open(pages.twenty, { colorScheme: "dark" });
    const lightness = () => page.locator("#portrait-canvas").evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const drawn = [...data.keys()].filter((i) => i % 4 === 0 && data[i + 3] === 255);
      return drawn.reduce((sum, i) => sum + data[i] + data[i + 1] + data[i + 2], 0) / drawn.length / 3;
    });
    const on_screen = await lightness();
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const on_paper = await lightness();
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    const again = await lightness();
    const alike = 2; // of 255: what drawing once more may change
    assert.ok(on_paper < on_screen - alike, `${on_paper}, ${on_screen}`); // ink is light on dark
    assert.ok(Math.abs(again - on_screen) < alike, `${again}, ${on_screen}`);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const heading = page.locator("#runs-part h2");
    assert.ok(!(await heading.isVisible()));
    assert.ok(await page.locator("#conditions-part h2").isVisible());
    await page.evaluate(() => (document.querySelector("#runs-part details").open = true));
    assert.ok(await heading.isVisible());
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  },
  async the_axis_is_chosen() {
    const { page } = await open(pages.twenty);
    const names = () => page.locator("#learning-curves .panel:not([hidden])").evaluateAll((all) => all.map((each) => each.dataset.name));
    assert.deepEqual(await names(), ["learning-curves"]);
    await page.locator('[data-axis="logarithmic"]').click();
    assert.deepEqual(await names(), ["learning-curves-logarithmic"]);
  },
  async tables_are_sorted() {
    const { page } = await open(pages.twenty);
    await page.locator("#runs-part summary").first().click();
    const seeds = () => page.locator("#runs tbody tr td:nth-child(3)").allTextContents().then((all) => all.map(Number));
    const head = page.locator("#runs th", { hasText: "seed" });
    await head.locator("button").click();
    const rising = await seeds();
    assert.deepEqual(rising, [...rising].sort((a, b) => a - b));
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    await head.locator("button").click();
    assert.deepEqual(await seeds(), [...rising].reverse());
  },
  async the_theme_is_the_systems_and_can_be_switched() {
    const { page } = await open(pages.twenty, { colorScheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.locator("#theme").click();
    assert.equal(await ground(), "rgb(255, 255, 255)");
    assert.notEqual(dark, "rgb(255, 255, 255)");
  },
  async pictures_are_dark_on_a_dark_page_and_keep_their_hues() {
    const { page } = await open(pages.twenty, { colorScheme: "dark" });
    const image = page.locator("img");
    const colours = () => colours_of(page, image, [0.25, 0.75]);
    const paper = [[255, 255, 255], [0, 114, 178]];
    const check_dark = ([ground, [red, green, blue]]) => {
      [0x14, 0x17, 0x1a].forEach((of_page, i) => assert.ok(Math.abs(ground[i] - of_page) < 8, String(ground)));
      assert.ok(blue > green + 30 && green > red + 30, `${red} ${green} ${blue}`); // as #0072B2 is
      const lightness = (red + green + blue) / 3;
      assert.ok(lightness > 110, `${lightness}`);
    };
    check_dark(await colours());
    await page.locator("#theme").click();
    assert.deepEqual(await colours(), paper);
    await page.locator("#theme").click();
    check_dark(await colours());
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.deepEqual(await colours(), paper);
    const light = await open(pages.twenty, { colorScheme: "light" });
    assert.equal(await light.page.locator("img").evaluate((node) => getComputedStyle(node).filter), "none");
    await light.page.locator("#theme").click();
    assert.notEqual(await light.page.locator("img").evaluate((node) => getComputedStyle(node).filter), "none");
  },
  async downloads_hold_what_is_drawn() {
    const { page } = await open(pages.twenty);
    const { tables } = await data_of(page);
    for (const button of await page.locator("figure [data-csv]").all()) {
      const { name, text } = await downloaded(page, button);
      const table = tables[name.replace(".csv", "")];
      const [columns, ...rows] = parsed(text);
      assert.deepEqual(columns, table.columns);
      assert.deepEqual(rows, table.rows.map((row) => row.map((value) => (value === null ? "" : String(value)))));
      assert.ok(rows.length > 0, name);
    }
    await page.reload(); // a driven browser hands over ten files of a page, and no more
    for (const button of await page.locator("[data-svg]").all()) {
      const { text } = await downloaded(page, button);
      const wrong = await page.evaluate((xml) => {
        const made = new DOMParser().parseFromString(xml, "image/svg+xml");
        return made.querySelector("parsererror")?.textContent ?? (made.querySelectorAll("polyline").length > 2 ? "" : "empty");
      }, text);
      assert.equal(wrong, "");
      assert.ok(!text.includes("var("));
    }
  },
  async the_study_file_makes_the_study_again() {
    const { page } = await open(pages.twenty);
    const { text } = await downloaded(page, page.locator("[data-text]"));
    const file = join(work, "again.ini");
    writeFileSync(file, text);
    const before = readFileSync(join(work, "twenty", "study.json"), "utf8");
    execFileSync(program, ["run", file, "--out", join(work, "twenty"), "--quiet"], { stdio: "pipe" });
    assert.equal(readFileSync(join(work, "twenty", "study.json"), "utf8"), before);
  },
  async portraits_turn_by_keys_and_move_through_learning() {
    const { page } = await open(pages.twenty);
    const drawn = () => page.locator("#portrait-canvas").evaluate((canvas) => canvas.toDataURL());
    const first = await drawn();
    await page.locator("#portrait-canvas").focus();
    await page.keyboard.press("ArrowLeft");
    const turned = await drawn();
    assert.notEqual(turned, first);
    await page.locator("#portrait-moment").focus();
    await page.keyboard.press("ArrowLeft");
    assert.notEqual(await drawn(), turned);
    assert.match(await page.locator("#portrait-update").textContent(), /update \d+; fixed points/);
    const { text } = await downloaded(page, page.locator("#portrait-csv"));
    const { portraits } = await data_of(page);
    const places = portraits[0].moments.flatMap(({ trials, points }) => [...trials.flat(), ...points]);
    assert.equal(parsed(text).length, 1 + places.length);
  },
  async eigenvalues_are_those_of_the_network_that_the_portrait_shows() {
    const { page, problems } = await open(pages.twenty);
    const shown = () => page.locator("#spectrum .panel:not([hidden])").evaluateAll((all) => all.map((each) => each.dataset.name));
    const last = await shown();
    assert.match(last[0], /^spectrum-condition0000-update[0-9]+$/);
    await page.locator("#portrait-moment").press("Home");
    assert.deepEqual(await shown(), ["spectrum-condition0000-update0"]);
    await page.locator("#portrait-network").selectOption("1");
    assert.deepEqual(await shown(), [last[0].replace("0000", "0001")]);
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#spectrum-csv").click()]);
    const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
    const portrait = (await page.evaluate(() => window.stillpoint.data)).portraits[1];
    const halves = portrait.moments.flatMap(({ points }) => points.flatMap(({ eigenvalues }) => eigenvalues.filter((_, i) => i % 2)));
    assert.equal(lines.length - 1, halves.reduce((sum, imaginary) => sum + (imaginary > 0 ? 2 : 1), 0));
    assert.deepEqual(problems, []);
  },
  async diverged_runs_are_named() {
    const { page } = await open(pages.diverged);
    const text = (await page.locator(".notice").allTextContents()).join("\n");
    assert.match(text, /Diverged, #0 none: 2 of 2 runs \(seeds 1, 2\)/);
  },
  async names_are_text() {
    const { page, problems } = await open(pages.hostile);
    assert.equal(await page.locator("h1").textContent(), hostile);
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(problems, []);
  },
  async nothing_stands_in_the_way_of_anyone() {
    for (const colorScheme of ["light", "dark"])
      for (const width of [390, 1280]) {
        const { page } = await open(pages.twenty, { colorScheme, viewport: { width, height: 900 } });
        await page.locator("#runs-part summary").first().click();
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]), []);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} pixels beyond ${width}`);
      }
  },
  async the_keyboard_reaches_every_control() {
    const { page } = await open(pages.one);
    const controls = await page.evaluate(() => {
      const seen = (node) => node.checkVisibility();
      const all = [...document.querySelectorAll("button, a, select, input, summary, [tabindex]")].filter(seen);
      all.forEach((node, i) => (node.dataset.place = i));
      return all.length;
    });
    const reached = new Set();
    for (let i = 0; i < controls + 5; ++i) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement?.dataset.place));
    }
    for (let i = 0; i < controls; ++i) assert.ok(reached.has(String(i)), `control ${i} of ${controls}`);
  },
};

let failed = 0;
const names = chosen.length > 0 ? chosen : Object.keys(tests);
for (const name of names) {
  const begun = Date.now();
  try {
    await tests[name]();
    console.log(`ok      ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (problem) {
    ++failed;
    console.log(`FAILED  ${name}: ${problem.stack}`);
  }
}
await browser.close();
rmSync(work, { recursive: true, force: true });
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
