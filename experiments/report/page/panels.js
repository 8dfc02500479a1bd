// Panels: conditions shown or not, the axis, and which run the pointer is at.
for (const button of document.querySelectorAll("[data-toggle]"))
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    for (const part of document.querySelectorAll(`.panel [data-condition="${button.dataset.toggle}"]`))
      part.classList.toggle("off", !shown);
  });

for (const button of document.querySelectorAll("[data-axis]"))
  button.addEventListener("click", () => {
    const figure = button.closest("figure");
    const buttons = [...figure.querySelectorAll("[data-axis]")];
    for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
    figure.querySelectorAll(".panel").forEach((panel, i) => {
      panel.hidden = buttons[i] !== button;
    });
  });

const tip = document.getElementById("tip");
const reach = 8; // of the pointer, in units of the drawing
const linesOf = new WeakMap(); // run -> its points

function pointsOf(run) {
  if (!linesOf.has(run))
    linesOf.set(run, [...run.querySelectorAll("polyline")].flatMap((line) => [...line.points].map((at) => [at.x, at.y])));
  return linesOf.get(run);
}

/** The run that passes nearest to a place of the drawing, if any is in reach. */
function nearest(svg, x, y) {
  let best = null;
  let least = reach;
  for (const run of svg.querySelectorAll(".runs:not(.off) .run")) {
    const points = pointsOf(run);
    for (let i = 0; i + 1 < points.length; ++i) {
      const [[x0, y0], [x1, y1]] = [points[i], points[i + 1]];
      if (x < x0 || x > x1) continue;
      const distance = Math.abs(y0 + ((y1 - y0) * (x - x0)) / (x1 - x0 || 1) - y);
      if (distance < least) [best, least] = [run, distance];
    }
  }
  return best;
}

let pointed = null;
function point(run, event) {
  if (pointed !== run) pointed?.classList.remove("pointed");
  run?.classList.add("pointed");
  pointed = run;
  tip.hidden = !run;
  if (!run) return;
  tip.textContent = run.dataset.label;
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${Math.max(4, event.clientY - tip.offsetHeight - 12)}px`;
}

for (const svg of document.querySelectorAll(".panel svg"))
  if (svg.querySelector(".run")) {
    svg.addEventListener("pointermove", (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      point(nearest(svg, at.x, at.y), event);
    });
    svg.addEventListener("pointerleave", (event) => point(null, event));
  }
