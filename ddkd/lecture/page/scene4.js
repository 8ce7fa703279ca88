// Scene 4: exercises whose answers unfold.

/** Let every button with `aria-controls` unfold its answer. */
export function startScene4() {
  for (const button of document.querySelectorAll("#scene4 button[aria-controls]")) {
    const answer = document.getElementById(button.getAttribute("aria-controls"));
    button.addEventListener("click", () => {
      answer.hidden = !answer.hidden;
      button.setAttribute("aria-expanded", String(!answer.hidden));
      button.textContent = answer.hidden ? "Show the answer" : "Hide the answer";
    });
  }
}
