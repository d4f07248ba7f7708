// The operator's page while a build is under way: asks how it goes, and shows the page anew when it is over.
(() => {
  const pending = document.querySelector("[data-pending]");
  if (!pending) return;
  const first = Date.now();
  const look = async () => {
    let over = Date.now() - first > 10000;
    try {
      const status = await (await fetch(pending.dataset.status, { cache: "no-store" })).json();
      over ||= pending.dataset.pending !== `${status.built_at ?? ""} ${status.error?.at ?? ""}`;
    } catch {
      // The service is being started anew, perhaps.
    }
    if (over) location.reload();
    else setTimeout(look, 700);
  };
  setTimeout(look, 700);
})();
