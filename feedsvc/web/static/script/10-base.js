// What all pages share. Every page works without it; what needs it is marked data-needs-script and hidden until now.
"use strict";
document.documentElement.classList.add("has-script");

// A button <button data-copy="address" data-done="Copied" data-failed="…"> copies, and says so to everybody.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const words = button.dataset.words ?? (button.dataset.words = button.textContent);
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  } catch {
    button.textContent = button.dataset.failed;
  }
  const status = document.getElementById("status");
  if (status) status.textContent = button.textContent;
  setTimeout(() => {
    button.textContent = words;
    if (status) status.textContent = "";
  }, 2500);
});
