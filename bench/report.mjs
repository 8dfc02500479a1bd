// What a report takes, and how its page behaves in a browser (docs/performance.md). Nothing is asserted.
//
// usage: node bench/report.mjs PROGRAM MODULES CHROMIUM: as tests/browser/report.mjs
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [program, modules, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(resolve(modules, "package.json"))("playwright-core");

const study = `[study]
name = bench of the report
seeds = 50
[grid]
study.arm = none tcr
network.gain = 1.5 2.5
[network]
size = 20
[integration]
dt_ms = 4
[training]
updates = 400
batch = 4
criterion = 0.9
checkpoints = log
`;
const seconds = (begun) => (performance.now() - begun) / 1000;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const repeated = (times, measure) => Array.from({ length: times }, measure);

/** 5,000 points: 80 trials of 60 states, 200 fixed points; numbers alike in every run. */
function largePortrait() {
  const place = (i, k) => [Math.sin(i + k / 10), Math.cos(i * 1.7 + k / 15), Math.sin(i * 0.3 + k / 20)];
  const trials = Array.from({ length: 80 }, (_, i) => Array.from({ length: 60 }, (_value, k) => place(i, k)));
  const points = Array.from({ length: 200 }, (_, i) => ({ at: place(i, i), stable: i % 2 === 0, unstable: i % 2 }));
  return { condition: 0, label: "bench", seed: 1, share: [0.5, 0.3, 0.1], types: trials.map((_, i) => i % 4),
           moments: [{ update: 0, trials, points }] };
}

/** The page with another portrait in the place of its own. */
function withPortrait(page, portrait) {
  const data = /(<script type="application\/json" id="data">)(.*?)(<\/script>)/s;
  return page.replace(data, (_, begin, json, end) => begin + JSON.stringify({ ...JSON.parse(json), portraits: [portrait] }) + end);
}

async function firstPaint(browser, file) {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  const found = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime / 1000);
  await page.close();
  return found;
}

/** Frames per second that the page is given while the pointer turns its portrait, one move for each frame. */
async function framesPerSecond(browser, file, duration = 4000) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(pathToFileURL(file).href);
  await page.locator("#portrait-canvas").scrollIntoViewIfNeeded();
  const found = await page.evaluate(async (milliseconds) => {
    const canvas = document.getElementById("portrait-canvas");
    const frame = () => new Promise(requestAnimationFrame);
    const send = (type, movementX) =>
      canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, movementX, movementY: movementX / 3, bubbles: true }));
    canvas.hasPointerCapture = () => true; // of a pointer that there is not
    let drawn = 0;
    const context = canvas.getContext("2d");
    const scale = context.scale.bind(context);
    context.scale = (...by) => (++drawn, scale(...by)); // once for each drawing
    const begun = await frame();
    let now = begun;
    let frames = 0;
    while (now - begun < milliseconds) {
      send("pointermove", 3);
      context.getImageData(0, 0, 1, 1); // a drawing that is only recorded would cost nothing
      now = await frame();
      ++frames;
    }
    return { rate: (1000 * frames) / (now - begun), drawn, frames };
  }, duration);
  await page.close();
  if (found.drawn < found.frames) throw new Error(`${found.drawn} drawings in ${found.frames} frames: the portrait was not turned`);
  return found.rate;
}

const work = mkdtempSync(join(tmpdir(), "stillpoint-bench-"));
try {
  const [file, out] = [join(work, "study.ini"), join(work, "study")];
  writeFileSync(file, study);
  execFileSync(program, ["run", file, "--out", out, "--quiet"], { stdio: "inherit" });
  const written = repeated(3, () => {
    const begun = performance.now();
    execFileSync(program, ["report", out], { stdio: "pipe" });
    return seconds(begun);
  });
  const page = join(out, "report.html");
  console.log(`200 runs written as a page: ${median(written).toFixed(2)} s, ${(statSync(page).size / 1e6).toFixed(2)} MB`);

  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const paints = [];
  for (let i = 0; i < 5; ++i) paints.push(await firstPaint(browser, page));
  console.log(`first paint: ${median(paints).toFixed(2)} s [${Math.min(...paints).toFixed(2)} .. ${Math.max(...paints).toFixed(2)}]`);

  const large = join(work, "large.html");
  writeFileSync(large, withPortrait(readFileSync(page, "utf8"), largePortrait()));
  const rates = [];
  for (let i = 0; i < 3; ++i) rates.push(await framesPerSecond(browser, large));
  console.log(`a portrait of 5000 points is turned at ${median(rates).toFixed(0)} frames per second (${browser.version()}, drawn in software)`);
  await browser.close();
} finally {
  rmSync(work, { recursive: true, force: true });
}
