// What the page computes, without a page: it comes before the scripts that use it, and tests run it alone.
const palette = ["0072B2", "D55E00", "009E73", "CC79A7", "000000", "56B4E9", "E69F00", "999999"];

/** RFC 4180; null is an empty field. */
function csv({ columns, rows }) {
  const field = (value) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(field).join(",") + "\r\n").join("");
}

/** Order of two values of a table's column: numbers as such, what is missing ("") last in either direction. */
function compare(a, b, sign = 1) {
  if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
  const [x, y] = [Number(a), Number(b)];
  return sign * (Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y);
}

/** Which of the lines, each points [x, y] with x rising, passes nearest above or below a place; -1 where none is in reach. */
function nearest(lines, [x, y], reach) {
  let [best, least] = [-1, reach];
  lines.forEach((points, line) => {
    for (let i = 0; i + 1 < points.length; ++i) {
      const [[x0, y0], [x1, y1]] = [points[i], points[i + 1]];
      if (x < x0 || x > x1) continue;
      const distance = Math.abs(y0 + ((y1 - y0) * (x - x0)) / (x1 - x0 || 1) - y);
      if (distance < least) [best, least] = [line, distance];
    }
  });
  return best;
}

/** How far each part moves up, and all of them together, where rows that are not shown leave no gap. */
function closedUp(rows) {
  let gap = 0;
  const moved = rows.map(({ height, shown }) => {
    const up = gap;
    if (!shown) gap += height;
    return up;
  });
  return { moved, gap };
}

/** Half the extent of all that is shown of a run, so that its checkpoints are on one scale. */
function extentOf({ moments }) {
  let extent = 1e-9;
  for (const { trials } of moments)
    for (const trial of trials) for (const place of trial) for (const value of place) extent = Math.max(extent, Math.abs(value));
  return extent;
}

/** A place in components as seen: turned about the second, then tilted [rad]; y grows downwards. */
function projected([x, y, z], { turn, tilt }) {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const depth = -s * x + c * z;
  return [c * x + s * z, -y * Math.cos(tilt) + depth * Math.sin(tilt)];
}

/** What is drawn of a network, in pixels of a drawing: lines, squares, circles, words. */
function shapes(portrait, moment, view, extent, [width, height]) {
  const scale = (0.42 * Math.min(width, height) * view.size) / extent;
  const at = (place) => {
    const [x, y] = projected(place, view);
    return [width / 2 + scale * x, height / 2 + scale * y];
  };
  const list = [];
  portrait.share.forEach((share, k) => {
    const end = [0, 0, 0];
    end[k] = 1.15 * extent;
    list.push({ line: [at([0, 0, 0]), at(end)], colour: "BBBBBB", width: 1 });
    list.push({ word: `${k + 1} (${Math.round(100 * share)} %)`, at: at(end), colour: "555555" });
  });
  moment.trials.forEach((trial, i) => {
    const colour = palette[portrait.types[i] % palette.length];
    list.push({ line: trial.map(at), colour, width: 1.2 });
    list.push({ square: at(trial[0]), colour });
  });
  for (const point of moment.points) list.push({ circle: at(point.at), filled: point.stable, colour: "000000" });
  return list;
}

/** The shapes as SVG text on white. */
function shapesAsSvg(list, [width, height]) {
  const pair = ([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`;
  const part = (shape) => {
    const paint = `#${shape.colour}`;
    if (shape.line) return `<polyline points="${shape.line.map(pair).join(" ")}" fill="none" stroke="${paint}"/>`;
    const [x, y] = (shape.square ?? shape.circle ?? shape.at).map((each) => Number(each.toFixed(2)));
    if (shape.square) return `<rect x="${x - 2}" y="${y - 2}" width="4" height="4" fill="${paint}"/>`;
    if (shape.circle) return `<circle cx="${x}" cy="${y}" r="4" fill="${shape.filled ? paint : "#FFFFFF"}" stroke="${paint}"/>`;
    return `<text x="${x}" y="${y}" font-size="11" fill="${paint}">${shape.word}</text>`;
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif">
<rect width="${width}" height="${height}" fill="#FFFFFF"/>\n${list.map(part).join("\n")}\n</svg>\n`;
}

/** Every state and fixed point of a portrait as a table. */
function portraitTable({ moments }) {
  const rows = [];
  for (const { update, trials, points } of moments) {
    trials.forEach((trial, i) => trial.forEach((at, k) => rows.push([update, "trial", i, k, ...at, null])));
    points.forEach(({ at, stable }, i) => rows.push([update, "fixed point", i, null, ...at, stable]));
  }
  return { columns: ["update", "what", "number", "state", "component_1", "component_2", "component_3", "stable"], rows };
}

globalThis.computed = { csv, compare, nearest, closedUp, extentOf, projected, shapes, shapesAsSvg, portraitTable };
