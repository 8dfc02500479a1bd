// A page of a report as tests handle it: opened, asked for its data, its downloads read.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** Opens a page; what it says on the console, asks for or throws is a mistake. */
export async function open(browser, file, options = {}) {
  const page = await (await browser.newContext({ acceptDownloads: true, ...options })).newPage();
  const problems = [];
  page.on("console", (said) => ["error", "warning"].includes(said.type()) && problems.push(said.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => (problems.push(`dialog ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => /^(file|blob|data):/.test(request.url()) || problems.push(request.url()));
  const requests = [];
  page.on("request", (request) => request.url().startsWith("file:") && requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, problems, requests };
}
export const data_of = (page) => page.evaluate(() => JSON.parse(document.getElementById("data").textContent));

export async function downloaded(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

/** [red, green, blue] half way down an element, as seen, at shares of its width. */
export async function colours_of(page, element, shares) {
  const source = `data:image/png;base64,${(await element.screenshot()).toString("base64")}`;
  return page.evaluate(async ([src, places]) => {
    const shown = Object.assign(new Image(), { src });
    await shown.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: shown.width, height: shown.height });
    const context = canvas.getContext("2d");
    context.drawImage(shown, 0, 0);
    return places.map((share) => [...context.getImageData(share * shown.width, shown.height / 2, 1, 1).data.slice(0, 3)]);
  }, [source, shares]);
}

/** RFC 4180. */
export function parsed(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}
