// Scene 4: exercises whose answers unfold.

/** Let every exercise set the page with its answer hidden, and every button unfold an answer. */
export function startScene4(follow) {
  for (const link of document.querySelectorAll("#scene4 a[href^='#']")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      follow(link.getAttribute("href"));
    });
  }
  for (const button of document.querySelectorAll("#scene4 button[aria-controls]")) {
    const answer = document.getElementById(button.getAttribute("aria-controls"));
    button.addEventListener("click", () => {
      answer.hidden = !answer.hidden;
      button.setAttribute("aria-expanded", String(!answer.hidden));
      button.textContent = answer.hidden ? "Show the answer" : "Hide the answer";
    });
  }
}
