// What is drawn as SVG, what stands behind it as CSV.
const data = JSON.parse(document.getElementById("data").textContent);

function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** A drawing by itself: colours of paper on white, conditions that are not shown left out. */
function paper(svg) {
  const copy = svg.cloneNode(true);
  for (const off of copy.querySelectorAll(".off")) off.remove();
  const [x, y, width, height] = copy.getAttribute("viewBox").split(" ");
  copy.setAttribute("width", `${width}pt`);
  copy.setAttribute("height", `${height}pt`);
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x, y, width, height, fill: "#FFFFFF" })) ground.setAttribute(name, value);
  copy.querySelector("title").after(ground);
  return new XMLSerializer().serializeToString(copy).replace(/var\(--c[0-9A-F]{6},(#[0-9A-F]{6})\)/g, "$1");
}

for (const button of document.querySelectorAll("[data-csv]"))
  button.addEventListener("click", () => {
    const name = button.dataset.csv;
    save(`${name}.csv`, "text/csv", computed.csv(data.tables[name]));
  });

for (const button of document.querySelectorAll("[data-svg]"))
  button.addEventListener("click", () => {
    const panel = button.closest("figure").querySelector(".panel:not([hidden])");
    save(`${panel.dataset.name}.svg`, "image/svg+xml", paper(panel.querySelector("svg")));
  });

for (const button of document.querySelectorAll("[data-text]"))
  button.addEventListener("click", () =>
    save(button.dataset.name, "text/plain", document.getElementById(button.dataset.text).textContent),
  );

globalThis.stillpoint = { data, save };
