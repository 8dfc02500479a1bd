// Phase portraits: turned by mouse, touch and keys, over the checkpoints of a run.
const canvas = document.getElementById("portrait-canvas");
if (canvas) {
  const { data, save, csv } = window.stillpoint;
  const palette = ["0072B2", "D55E00", "009E73", "CC79A7", "000000", "56B4E9", "E69F00", "999999"];
  const select = document.getElementById("portrait-network");
  const slider = document.getElementById("portrait-moment");
  const output = document.getElementById("portrait-update");
  const start = { turn: 0.6, tilt: 0.4, size: 1 };
  let view = { ...start };

  data.portraits.forEach((portrait, i) => select.add(new Option(`${portrait.label}, seed ${portrait.seed}`, i)));
  const portrait = () => data.portraits[select.value];
  const moment = () => portrait().moments[slider.value];

  /** Half the extent of all that is shown of the run, so that checkpoints are on one scale. */
  const extents = data.portraits.map(({ moments }) =>
    Math.max(1e-9, ...moments.flatMap(({ trials }) => trials.flat().flatMap((at) => at.map(Math.abs)))),
  );

  function projected([x, y, z]) {
    const [c, s] = [Math.cos(view.turn), Math.sin(view.turn)];
    const depth = -s * x + c * z;
    return [c * x + s * z, -y * Math.cos(view.tilt) + depth * Math.sin(view.tilt)];
  }

  /** What is drawn, in pixels of a drawing: lines, squares, circles, words. */
  function shapes(width, height) {
    const scale = (0.42 * Math.min(width, height) * view.size) / extents[select.value];
    const at = (place) => {
      const [x, y] = projected(place);
      return [width / 2 + scale * x, height / 2 + scale * y];
    };
    const list = [];
    const axis = 1.15 * extents[select.value];
    ["1", "2", "3"].forEach((name, k) => {
      const end = [0, 0, 0];
      end[k] = axis;
      list.push({ line: [at([0, 0, 0]), at(end)], colour: "BBBBBB", width: 1 });
      list.push({ word: `${name} (${Math.round(100 * portrait().share[k])} %)`, at: at(end), colour: "555555" });
    });
    moment().trials.forEach((trial, i) => {
      const colour = palette[portrait().types[i] % palette.length];
      list.push({ line: trial.map(at), colour, width: 1.2 });
      list.push({ square: at(trial[0]), colour });
    });
    for (const point of moment().points) list.push({ circle: at(point.at), filled: point.stable, colour: "000000" });
    return list;
  }

  function draw() {
    const ratio = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const to = canvas.getContext("2d");
    to.scale(ratio, ratio);
    const style = getComputedStyle(document.body);
    const colours = {};
    const probe = document.createElement("i"); // light-dark() is resolved for a property of colour alone
    document.body.append(probe);
    const colour = (name) => {
      probe.style.color = `var(--c${name})`;
      return (colours[name] ??= getComputedStyle(probe).color);
    };
    for (const shape of shapes(width, height)) {
      to.strokeStyle = to.fillStyle = colour(shape.colour);
      to.lineWidth = shape.width ?? 1.5;
      to.beginPath();
      if (shape.line) {
        shape.line.forEach(([x, y]) => to.lineTo(x, y));
        to.stroke();
      } else if (shape.square) {
        to.fillRect(shape.square[0] - 2, shape.square[1] - 2, 4, 4);
      } else if (shape.circle) {
        to.arc(...shape.circle, 4.5, 0, 2 * Math.PI);
        if (!shape.filled) to.fillStyle = colour("FFFFFF");
        to.fill();
        to.stroke();
      } else {
        to.font = `12px ${style.fontFamily}`;
        to.fillText(shape.word, ...shape.at);
      }
    }
    probe.remove();
    const stable = moment().points.filter((point) => point.stable).length;
    const others = moment().points.length - stable;
    output.textContent = `update ${moment().update}; fixed points: ${stable} stable, ${others} not`;
  }

  function svg() {
    const [width, height] = [400, 300];
    const part = (shape) => {
      const paint = `#${shape.colour}`;
      const pair = ([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`;
      if (shape.line) return `<polyline points="${shape.line.map(pair).join(" ")}" fill="none" stroke="${paint}"/>`;
      if (shape.square) return `<rect x="${shape.square[0] - 2}" y="${shape.square[1] - 2}" width="4" height="4" fill="${paint}"/>`;
      if (shape.circle)
        return `<circle cx="${shape.circle[0]}" cy="${shape.circle[1]}" r="4" fill="${shape.filled ? paint : "#FFFFFF"}" stroke="${paint}"/>`;
      return `<text x="${shape.at[0]}" y="${shape.at[1]}" font-size="11" fill="${paint}">${shape.word}</text>`;
    };
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif">
<rect width="${width}" height="${height}" fill="#FFFFFF"/>\n${shapes(width, height).map(part).join("\n")}\n</svg>\n`;
  }

  function table() {
    const rows = [];
    for (const { update, trials, points } of portrait().moments) {
      trials.forEach((trial, i) => trial.forEach((at, k) => rows.push([update, "trial", i, k, ...at, null])));
      points.forEach(({ at, stable }, i) => rows.push([update, "fixed point", i, null, ...at, stable]));
    }
    return { columns: ["update", "what", "number", "state", "component_1", "component_2", "component_3", "stable"], rows };
  }

  function choose() {
    slider.max = portrait().moments.length - 1;
    slider.value = slider.max;
    draw();
  }
  const turn = (across, up) => {
    view.turn += across;
    view.tilt = Math.max(-1.5, Math.min(1.5, view.tilt + up));
    draw();
  };

  const size = (factor) => {
    view.size *= factor;
    draw();
  };
  const back = () => {
    view = { ...start };
    draw();
  };

  document.getElementById("portrait-larger").addEventListener("click", () => size(1.25));
  document.getElementById("portrait-smaller").addEventListener("click", () => size(0.8));
  document.getElementById("portrait-back").addEventListener("click", back);
  select.addEventListener("change", choose);
  slider.addEventListener("input", draw);
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) turn(event.movementX / 120, event.movementY / 120);
  });
  canvas.addEventListener("keydown", (event) => {
    const keys = {
      ArrowLeft: () => turn(-0.1, 0),
      ArrowRight: () => turn(0.1, 0),
      ArrowUp: () => turn(0, -0.1),
      ArrowDown: () => turn(0, 0.1),
      "+": () => size(1.25),
      "-": () => size(0.8),
      0: back,
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.getElementById("portrait-svg").addEventListener("click", () => save("portrait.svg", "image/svg+xml", svg()));
  document.getElementById("portrait-csv").addEventListener("click", () => save("portrait.csv", "text/csv", csv(table())));
  addEventListener("resize", draw);
  addEventListener("themechange", draw);
  choose();
}
