// Search as you type over the feeds of the index, where all of them are on the page; pages/search.py says how.
{
  const form = document.querySelector("form[data-find-in-place]");
  const fold = (text) => text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "");

  const show = (query) => {
    const words = fold([...query].slice(0, 100).join("")).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const section of document.querySelectorAll("section.kind")) {
      let here = 0;
      for (const feed of section.querySelectorAll("[data-find]")) {
        feed.hidden = !words.every((word) => feed.dataset.find.includes(word));
        here += feed.hidden ? 0 : 1;
      }
      section.hidden = !here;
      found += here;
    }
    document.getElementById("nothing").hidden = found > 0;
  };

  if (form) {
    const field = form.elements.q;
    field.addEventListener("input", () => show(field.value));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      show(field.value);
    });
    // A browser that comes back to the page may have kept what was typed.
    if (field.value) show(field.value);
  }
}
