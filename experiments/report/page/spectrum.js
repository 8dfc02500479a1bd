// Eigenvalues of the network that the portrait shows.
const spectrum = document.getElementById("spectrum");
if (spectrum) {
  const { data, save } = globalThis.stillpoint;
  const network = document.getElementById("portrait-network");
  const moment = document.getElementById("portrait-moment");

  function follow() {
    for (const panel of spectrum.querySelectorAll(".panel"))
      panel.hidden = panel.dataset.portrait !== network.value || panel.dataset.moment !== moment.value;
  }
  network.addEventListener("change", follow); // after the portrait has put its slider back
  moment.addEventListener("input", follow);
  follow();

  document.getElementById("spectrum-csv").addEventListener("click", () => {
    const { condition, seed, moments } = data.portraits[network.value];
    const rows = [];
    for (const { update, points } of moments)
      points.forEach(({ eigenvalues, stable }, i) => {
        for (let k = 0; k < eigenvalues.length; k += 2) {
          const [real, imaginary] = eigenvalues.slice(k, k + 2);
          for (const part of imaginary > 0 ? [imaginary, -imaginary] : [imaginary]) rows.push([condition, seed, update, i, stable, real, part]);
        }
      });
    save("eigenvalues.csv", "text/csv", computed.csv({ columns: ["condition", "seed", "update", "point", "stable", "real", "imaginary"], rows }));
  });
}
