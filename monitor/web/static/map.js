// The map without leaving the page: a slider through the months, and arrow keys from hexagon to hexagon. Without it the form does.
"use strict";
(() => {
  const form = document.getElementById("choose-map");
  const date = form.elements.date, area = form.elements.area;
  const first = new Date(date.min + "T00:00Z"), today = date.max;
  const monthOf = day => (Number(day.slice(0, 4)) - first.getUTCFullYear()) * 12 + Number(day.slice(5, 7)) - 1;
  const dayOf = month => {  // the last day of a month of the record, or today
    const end = new Date(Date.UTC(first.getUTCFullYear(), month + 1, 0)).toISOString().slice(0, 10);
    return end < today ? end : today;
  };
  const words = day => new Date(day + "T00:00Z").toLocaleDateString("en-GB", {timeZone: "UTC", day: "numeric", month: "long", year: "numeric"});

  const box = document.createElement("div"), label = document.createElement("label"), slider = document.createElement("input");
  box.className = "choose slide";
  label.htmlFor = slider.id = "slide";
  label.textContent = "Through the months";
  Object.assign(slider, {type: "range", min: 0, max: monthOf(today), value: monthOf(date.value)});
  slider.setAttribute("aria-valuetext", words(date.value));
  box.append(label, slider);
  form.append(box);

  let asked = 0, waiting;
  const show = async () => {
    const number = ++asked, address = new URL(form.action);
    address.search = new URLSearchParams({area: area.value, ...(date.value === today ? {} : {date: date.value})});
    const answer = await fetch(address, {headers: {Accept: "text/html"}}).catch(() => null);
    if (number !== asked) return;
    if (!answer || !answer.ok) return form.submit();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (number !== asked) return;
    for (const id of ["what", "counts"]) {  // these stay where they are: what is new in a status is read out
      document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
    }
    document.getElementById("shown").replaceWith(page.getElementById("shown"));
    document.title = page.title;
    history.replaceState(null, "", address);
    prepare();
  };
  slider.addEventListener("input", () => {
    date.value = dayOf(Number(slider.value));
    slider.setAttribute("aria-valuetext", words(date.value));
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  });
  area.addEventListener("change", show);
  form.addEventListener("submit", event => {
    event.preventDefault();
    slider.value = monthOf(date.value);
    slider.setAttribute("aria-valuetext", words(date.value));
    show();
  });

  const WAYS = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]};
  function prepare() {
    const map = document.querySelector(".hex-map");
    const places = [...map.querySelectorAll(".hexes a")].map(link => {
      const hex = link.querySelector("use");
      return {link, x: Number(hex.getAttribute("x")), y: Number(hex.getAttribute("y"))};
    });
    let here = places[0];
    const stand = place => {  // one stop for the tab key; the arrows go on from there
      here.link.setAttribute("tabindex", "-1");
      here = place;
      here.link.setAttribute("tabindex", "0");
    };
    places.forEach(place => place.link.setAttribute("tabindex", "-1"));
    if (here) stand(here);
    map.addEventListener("focusin", event => {
      const place = places.find(each => each.link === event.target);
      if (place) stand(place);
    });
    map.addEventListener("keydown", event => {
      const way = WAYS[event.key];
      if (!way || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      let best = null, least = Infinity;
      for (const place of places) {
        const x = place.x - here.x, y = place.y - here.y;
        const ahead = x * way[0] + y * way[1], aside = Math.abs(x * way[1]) + Math.abs(y * way[0]);
        if (ahead > 1 && ahead + aside * 2 < least && aside <= ahead * 2) [best, least] = [place, ahead + aside * 2];
      }
      if (best) {
        stand(best);
        best.link.focus();
      }
    });
  }
  prepare();
})();
