// The address of the page holds what it is set to. Each part of the page owns some parameters of the query and writes only those.
window.restorers ||= {};
restorers.address = (() => {
  const PAUSE = 350; // milliseconds; browsers refuse more than some hundred changes in half a minute
  const opened = location.search;
  let query = opened.slice(1);
  let timer = 0;
  let written = 0;
  const read = new Set();

  function write() {
    timer = 0;
    written = performance.now();
    const address = link();
    if (address !== location.href) history.replaceState(history.state, "", address);
  }

  const name = (pair) => new URLSearchParams(pair).keys().next().value;
  const link = () => location.origin + location.pathname + (query && `?${query}`) + location.hash;

  // Replace the parameters called `owned` by the pairs of `text`, "a=1&b=2"; all others stay as they are.
  function put(owned, text) {
    const kept = query.split("&").filter((pair) => pair && !owned.includes(name(pair)));
    query = [text, ...kept].filter(Boolean).join("&");
    if (!timer) timer = setTimeout(write, Math.max(0, written + PAUSE - performance.now()));
    return link();
  }

  // The query that the page was opened with, for the first who asks on behalf of `part`; afterwards the address only tells what is set.
  function once(part) {
    if (read.has(part)) return "";
    read.add(part);
    return opened;
  }

  addEventListener("pagehide", () => timer && write());
  return { put, link, once };
})();
