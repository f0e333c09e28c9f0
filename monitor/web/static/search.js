// The list of authorities while one types; without it the button does. The server looks, so that both find the same.
"use strict";
(() => {
  const form = document.getElementById("choose-authorities"), field = form.elements.q;
  field.removeAttribute("list");  // suggestions would lie over what they suggest
  let asked = 0, waiting;
  const show = async () => {
    const number = ++asked, address = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (value.trim()) address.searchParams.append(name, value.trim());
    const answer = await fetch(address, {headers: {Accept: "text/html"}}).catch(() => null);
    if (number !== asked || !answer || !answer.ok) return;  // the button is still there
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (number !== asked) return;
    document.getElementById("how-many").textContent = page.getElementById("how-many").textContent;  // read out
    document.getElementById("found").replaceWith(page.getElementById("found"));
    history.replaceState(null, "", address);
  };
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 200);
  });
  for (const name of ["region", "rating", "area"]) form.elements[name].addEventListener("change", show);
})();
