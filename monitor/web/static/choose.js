// Councils are found while their name is typed. Without it the button does; what is found and chosen is the server's to say.
"use strict";
(() => {
  const form = document.querySelector("form.choosing"), box = document.getElementById("search");
  const find = form.querySelector("button[value=search]"), status = document.createElement("p");
  Object.assign(status, {id: "found-status", className: "far", ariaLive: "polite"});
  document.getElementById("found").before(status);
  let asked = 0, waiting, shown = box.value.trim();

  const show = async () => {
    const number = ++asked, text = box.value.trim(), sent = new URLSearchParams(new FormData(form));
    shown = text;
    if (!text) {
      document.getElementById("found").replaceChildren();
      status.textContent = "";
      return;
    }
    sent.set("do", "search");
    sent.delete("to");  // nobody has to know yet
    const answer = await fetch(form.action, {method: "POST", body: sent}).catch(() => null);
    if (number !== asked) return;
    if (!answer || ![200, 400].includes(answer.status)) return form.requestSubmit(find);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (number !== asked) return;
    page.querySelectorAll("[autofocus]").forEach(each => each.removeAttribute("autofocus"));
    for (const id of ["found", "chosen"]) {
      document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
    }
    status.textContent = document.getElementById("found-words").textContent;
  };
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 250);
  });
  const now = event => {
    if (!box.value.trim()) return;  // the page says what is missing
    event.preventDefault();
    clearTimeout(waiting);
    if (box.value.trim() !== shown || !document.getElementById("found-words")) return show();
  };
  find.addEventListener("click", now);
  box.addEventListener("keydown", event => event.key === "Enter" && now(event));
})();
