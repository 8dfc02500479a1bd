// What the page computes, without a page: node --test.
import assert from "node:assert/strict";
import test from "node:test";

await import("../../experiments/report/page/computed.js");
const { csv, compare, nearest, closedUp, extentOf, projected, shapes, shapesAsSvg, portraitTable } = globalThis.computed;

const close = (found, expected) =>
  found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-12, `${found}, not ${expected}`));
const right = Math.PI / 2;

test("a place that is not turned is seen from the front, the second component upwards", () => {
  close(projected([1, 2, 3], { turn: 0, tilt: 0 }), [1, -2]);
});

test("a quarter of a turn brings the third component to the right, a quarter of a tilt shows it from above", () => {
  close(projected([1, 2, 3], { turn: right, tilt: 0 }), [3, -2]);
  close(projected([1, 2, 3], { turn: 0, tilt: right }), [1, 3]);
});

test("turning keeps lengths: what is seen and how deep it lies make up the distance from the centre", () => {
  const place = [0.3, -1.2, 0.7];
  for (const turn of [0, 0.6, 2, -1])
    for (const tilt of [0, 0.4, -1.5]) {
      const seen = Math.hypot(...projected(place, { turn, tilt }));
      // The third axis of the view is the place seen after another quarter of a tilt.
      const [, depth] = projected(place, { turn, tilt: tilt + right });
      close([Math.hypot(seen, depth)], [Math.hypot(...place)]);
    }
});

const portrait = {
  share: [0.5, 0.3, 0.123],
  types: [0, 9],
  moments: [
    { update: 0, trials: [[[0, 0, 0], [1, 0, 0]], [[0, -4, 0], [0, 0, 2]]], points: [{ at: [1, 1, 0], stable: true }] },
    { update: 8, trials: [[[0, 0, 0], [3, 0, 0]], [[0, 0, 0], [0, 1, 0]]], points: [{ at: [0, 0, 0], stable: false }] },
  ],
};

test("all checkpoints of a run are on one scale, that of the farthest state", () => {
  assert.equal(extentOf(portrait), 4);
  assert.ok(extentOf({ moments: [] }) > 0);
});

test("a network is three axes with their shares, trials from their beginning, points filled where stable", () => {
  const view = { turn: 0, tilt: 0, size: 1 };
  const list = shapes(portrait, portrait.moments[0], view, 4, [200, 100]);
  assert.deepEqual(list.filter(({ word }) => word).map(({ word }) => word), ["1 (50 %)", "2 (30 %)", "3 (12 %)"]);
  const [first, second] = list.filter(({ width }) => width === 1.2);
  close(first.line.flat(), [100, 50, 110.5, 50]); // 1 of 4, of .42 times the smaller side
  assert.deepEqual([first.colour, second.colour], ["0072B2", "D55E00"]); // eight colours, then again from the first
  assert.equal(list.filter(({ square }) => square).length, 2);
  assert.deepEqual(list.filter(({ circle }) => circle).map(({ filled }) => filled), [true]);
  const larger = shapes(portrait, portrait.moments[0], { ...view, size: 2 }, 4, [200, 100]);
  close(larger.find(({ width }) => width === 1.2).line[1], [121, 50]);
});

test("shapes as SVG are as many elements, and no number is left out", () => {
  const list = shapes(portrait, portrait.moments[1], { turn: 0.6, tilt: 0.4, size: 1 }, 4, [400, 300]);
  const svg = shapesAsSvg(list, [400, 300]);
  const count = (tag) => svg.split(`<${tag} `).length - 1;
  assert.deepEqual([count("polyline"), count("rect"), count("circle"), count("text")], [5, 3, 1, 3]);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  assert.match(svg, /<circle [^>]*fill="#FFFFFF" stroke="#000000"/); // not stable
});

test("a portrait's table has a row for every state and every fixed point of every checkpoint", () => {
  const { columns, rows } = portraitTable(portrait);
  assert.equal(rows.length, 10);
  assert.ok(rows.every((row) => row.length === columns.length));
  assert.deepEqual(rows[1], [0, "trial", 0, 1, 1, 0, 0, null]);
  assert.deepEqual(rows[9], [8, "fixed point", 0, null, 0, 0, 0, false]);
});

test("CSV quotes what holds commas, quotes or line ends, and leaves what is missing empty", () => {
  assert.equal(csv({ columns: ["a", "b"], rows: [[1.5, null], ['x, "y"', "one\nline"]] }),
               'a,b\r\n1.5,\r\n"x, ""y""","one\nline"\r\n');
  assert.equal(csv({ columns: ["a"], rows: [[0], [false], [""]] }), "a\r\n0\r\nfalse\r\n\r\n");
});

const sorted = (values, sign) => [...values].sort((a, b) => compare(a, b, sign));

test("numbers are sorted as numbers, words as words, and what is missing comes last in both directions", () => {
  assert.deepEqual(sorted(["10", "", "9", "-1e-3", "2"], 1), ["-1e-3", "2", "9", "10", ""]);
  assert.deepEqual(sorted(["10", "", "9", "-1e-3", "2"], -1), ["10", "9", "2", "-1e-3", ""]);
  assert.deepEqual(sorted(["tcr", "", "none"], -1), ["tcr", "none", ""]);
});

test("the nearest run is the one that passes closest above or below, if it is in reach", () => {
  const lines = [[[0, 0], [10, 0]], [[0, 4], [10, 6]], [], [[20, 5], [20, 5]]];
  assert.equal(nearest(lines, [5, 1], 8), 0);
  assert.equal(nearest(lines, [5, 4], 8), 1); // interpolated: 5 there
  assert.equal(nearest(lines, [5, 14], 8), -1); // 9 away
  assert.equal(nearest(lines, [15, 0], 8), -1); // between lines
  assert.equal(nearest(lines, [20, 5], 8), 3); // a line without length
});

test("what follows a row that is not shown moves up by its height", () => {
  const rows = [{ height: 20, shown: true }, { height: 29, shown: false }, { height: 20, shown: false }, { height: 30, shown: true }];
  assert.deepEqual(closedUp(rows), { moved: [0, 0, 29, 49], gap: 49 });
});
