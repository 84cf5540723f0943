(function () {
  "use strict";
  var items = Array.prototype.slice.call(document.querySelectorAll(".item"));
  var sections = Array.prototype.slice.call(document.querySelectorAll("section"));
  var search = document.getElementById("search");
  var shown = document.getElementById("shown");
  function each(open) {
    items.forEach(function (d) { if (d.tagName === "DETAILS" && !d.hidden) { d.open = open; } });
  }
  function filter() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var n = 0;
    items.forEach(function (d) {
      var text = d.textContent.toLowerCase();
      d.hidden = !words.every(function (w) { return text.indexOf(w) >= 0; });
      if (!d.hidden) { n++; }
    });
    sections.forEach(function (s) { s.hidden = words.length > 0 && !s.querySelector(".item:not([hidden])"); });
    shown.textContent = words.length > 0 ? n + " of " + items.length + " shown" : "";
  }
  document.getElementById("open").addEventListener("click", function () { each(true); });
  document.getElementById("close").addEventListener("click", function () { each(false); });
  search.addEventListener("input", filter);
  window.addEventListener("beforeprint", function () { each(true); });
  // A link may carry a search: report.html#mallory
  if (location.hash.length > 1) {
    try { search.value = decodeURIComponent(location.hash.slice(1)); } catch (e) { search.value = ""; }
    filter();
  }
})();
