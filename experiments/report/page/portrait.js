// Phase portraits: turned by mouse, touch and keys, over the checkpoints of a run.
const canvas = document.getElementById("portrait-canvas");
if (canvas) {
  const { data, save } = globalThis.stillpoint;
  const select = document.getElementById("portrait-network");
  const slider = document.getElementById("portrait-moment");
  const output = document.getElementById("portrait-update");
  const start = { turn: 0.6, tilt: 0.4, size: 1 };
  const paper = [400, 300]; // size of a drawing that is downloaded
  let view = { ...start };

  data.portraits.forEach((portrait, i) => select.add(new Option(`${portrait.label}, seed ${portrait.seed}`, i)));
  const portrait = () => data.portraits[select.value];
  const moment = () => portrait().moments[slider.value];

  const extents = data.portraits.map(computed.extentOf);
  const drawn = (size) => computed.shapes(portrait(), moment(), view, extents[select.value], size);

  const colours = new Map(); // of the theme, by their names on paper
  function colour(name) {
    if (!colours.has(name)) {
      const probe = document.createElement("i"); // light-dark() is resolved for a property of colour alone
      probe.style.color = `var(--c${name})`;
      document.body.append(probe);
      colours.set(name, getComputedStyle(probe).color);
      probe.remove();
    }
    return colours.get(name);
  }

  function draw(paint = colour) {
    const ratio = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const to = canvas.getContext("2d");
    to.scale(ratio, ratio);
    to.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    for (const shape of drawn([width, height])) {
      to.strokeStyle = to.fillStyle = paint(shape.colour);
      to.lineWidth = shape.width ?? 1.5;
      to.beginPath();
      if (shape.line) {
        shape.line.forEach(([x, y]) => to.lineTo(x, y));
        to.stroke();
      } else if (shape.square) {
        to.fillRect(shape.square[0] - 2, shape.square[1] - 2, 4, 4);
      } else if (shape.circle) {
        to.arc(...shape.circle, 4.5, 0, 2 * Math.PI);
        if (!shape.filled) to.fillStyle = paint("FFFFFF");
        to.fill();
        to.stroke();
      } else {
        to.fillText(shape.word, ...shape.at);
      }
    }
    const stable = moment().points.filter((point) => point.stable).length;
    const others = moment().points.length - stable;
    output.textContent = `${select.selectedOptions[0].text}, update ${moment().update}; fixed points: ${stable} stable, ${others} not`;
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
  slider.addEventListener("input", () => draw());
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
  document.getElementById("portrait-svg").addEventListener("click", () =>
    save("portrait.svg", "image/svg+xml", computed.shapesAsSvg(drawn(paper), paper)),
  );
  document.getElementById("portrait-csv").addEventListener("click", () =>
    save("portrait.csv", "text/csv", computed.csv(computed.portraitTable(portrait()))),
  );
  addEventListener("resize", () => draw());
  addEventListener("themechange", () => {
    colours.clear();
    draw();
  });
  addEventListener("beforeprint", () => draw((name) => `#${name}`));
  addEventListener("afterprint", () => draw());
  choose();
}
